// Made of openapi.json by scripts/openapi/generate.ts; not edited by hand.
export interface paths {
    "/v1/account": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The account, and why it is frozen if it is. */
        get: operations["Account_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/account/thaw": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let a frozen account spend again, after looking at its dead letters. Recorded with your name. */
        post: operations["Account_thaw"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/agent-types": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The labels that vault keys carry. */
        get: operations["VaultKeys_agentTypes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was told, newest first. */
        get: operations["Alerts_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approval-links/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Approve what a link is about. */
        post: operations["ApprovalLinks_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approval-links/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Deny what a link is about. */
        post: operations["ApprovalLinks_deny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approval-links/view": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What a link is about; changes nothing. */
        post: operations["ApprovalLinks_view"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls that asked for approval, the last first. */
        get: operations["Approvals_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call that asked for approval, with what people said. */
        get: operations["Approvals_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Let the call through, once; with four eyes the second person does. In force when this has answered. */
        post: operations["Approvals_approve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/approvals/{id}/deny": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Refuse the call and release its amount. One person is enough. */
        post: operations["Approvals_deny"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Calls, denials and replays, newest first. */
        get: operations["Audit_search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One call's whole life: its steps with the balances around them, the time of each phase, its audit links. */
        get: operations["Calls_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/checkpoints": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What all chains came to at the end of each UTC day, newest first. Keep the newest hash elsewhere. */
        get: operations["Audit_checkpoints"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All that matches, newest first, streamed: a JSON object a line, or CSV with a header. */
        get: operations["Audit_export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/tail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Live: each entry as it is made and as it changes, as server-sent events; goes on behind Last-Event-ID without a gap. */
        get: operations["Audit_tail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/audit/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Walk the audit chain of a vault key, or those of all keys and the checkpoints; names the first entry that was edited, removed or reordered. */
        get: operations["Audit_verify"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/balances": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All caps of a vault key with what their windows have used, now or at a time; without a key, a page of the balances in use. */
        get: operations["Reports_balances"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Credentials by their last characters, never their secrets. */
        get: operations["Credentials_list"];
        put?: never;
        /** Store a real key, encrypted. It is never given back. */
        post: operations["Credentials_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One credential, without its secret. */
        get: operations["Credentials_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/credentials/{id}/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Replace the real key. Gateways use the new one within a minute. */
        post: operations["Credentials_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/idempotency-records": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Idempotency keys and what became of their calls, newest first; never the answers. */
        get: operations["Reports_idempotencyRecords"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/installation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the gateway is, and which currencies are known. */
        get: operations["Installation_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Current versions, newest policy first. */
        get: operations["Policies_list"];
        put?: never;
        /** Make a policy. It is in force for a vault key as soon as the key names it. */
        post: operations["Policies_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The current version of a policy, or the one that was current at a time. */
        get: operations["Policies_find"];
        /** Make the next version. What a window has used goes on counting; gateways obey it once this answers. */
        put: operations["Policies_revise"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/diff": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What changed between two versions. */
        get: operations["Policies_diff"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** All versions, newest first. They never change. */
        get: operations["Policies_versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policies/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One version of a policy, as it was in force. */
        get: operations["Policies_version"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policy-simulations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Try a policy on recorded calls: what it would have decided and how much would have been spent. At most 31 days; nothing is kept. */
        post: operations["Simulations_simulate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/policy-templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Policies to begin with. */
        get: operations["Catalogue_templates"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Providers and the operations that a policy can allow. */
        get: operations["Catalogue_providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Reservations, newest first; with state=in_doubt those whose outcome nobody knows. */
        get: operations["Reservations_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One reservation. */
        get: operations["Reservations_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/reservations/{id}/resolve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say what a call in doubt came to, after looking at the provider. Recorded with your name. */
        post: operations["Reservations_resolve"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Runs with what they called and spent, newest activity first. */
        get: operations["Runs_list"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/runs/{runId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One run's story: its calls, replays and denials, oldest first. */
        get: operations["Runs_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Sign a browser in with a token: a cookie of at most 12 h, over with the token. */
        post: operations["Sessions_open"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/current": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who you are to this API. */
        get: operations["Sessions_current"];
        put?: never;
        post?: never;
        /** Sign out. A token stays as it is. */
        delete: operations["Sessions_end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/methods": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How one can sign in to the dashboard. */
        get: operations["Sessions_methods"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/oidc": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Sends a browser to the identity provider. */
        get: operations["Sessions_startOidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/sessions/oidc/callback": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Where the identity provider sends the browser back to; it goes on to the dashboard. */
        get: operations["Sessions_finishOidc"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/spend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A day's spend per agent type; today when no date is given. */
        get: operations["Reports_spend"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/spend/series": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Spend and calls by day and agent type, provider or run: at most 100 days, the 50 groups with the most calls. */
        get: operations["Usage_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Tokens, newest first, without their texts. */
        get: operations["Tokens_list"];
        put?: never;
        /** Issue a token of this API. Its text is in this answer and nowhere else. */
        post: operations["Tokens_issue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/tokens/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** End a token at once. */
        post: operations["Tokens_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A month's calls by the ledger's count, and what each policy's monthly quota has used. */
        get: operations["Usage_month"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vault-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Vault keys, newest first. */
        get: operations["VaultKeys_list"];
        put?: never;
        /** Issue a vault key. Its text is in this answer and nowhere else. */
        post: operations["VaultKeys_issue"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vault-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One vault key, without its text. */
        get: operations["VaultKeys_find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vault-keys/{id}/children": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Mint a key for one run: never wider than its parent, revoked with it. */
        post: operations["VaultKeys_mint"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/vault-keys/{id}/revoke": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** The kill switch. Once this answers 200, no gateway launches a call of the key or a key below it. */
        post: operations["VaultKeys_revoke"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Webhooks, newest first, without their secrets. */
        get: operations["Webhooks_list"];
        put?: never;
        /** Send alerts to an address, as Standard Webhooks or to Slack. Its secret is in this answer and nowhere else. */
        post: operations["Webhooks_create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One webhook. */
        get: operations["Webhooks_find"];
        /** Change address, form, types, label, or pause it. */
        put: operations["Webhooks_revise"];
        post?: never;
        /** Remove a webhook with the log of its deliveries. */
        delete: operations["Webhooks_remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent and what became of it, newest alert first. */
        get: operations["Webhooks_deliveries"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/deliveries/{delivery}/redeliver": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send the same alert once more. */
        post: operations["Webhooks_redeliver"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/rotate-secret": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a new secret beside the newest: both sign, until the next rotation takes the older away. */
        post: operations["Webhooks_rotate"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/webhooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Send an example, like every alert. */
        post: operations["Webhooks_test"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Account: {
            /** @description why no call is let through; null: it is not */
            frozen: string | null;
            id: string;
        };
        AgentType: {
            agentType: string;
            keys: number;
            liveKeys: number;
        };
        AgentTypePage: {
            data: components["schemas"]["AgentType"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        AgentTypeSpend: {
            agentType: string;
            calls: number;
            /** @description millionths of the major unit, as text */
            committedMicros: string;
            /** @description minor units of the currency, as text */
            committedMinor: string;
            currency: string | null;
            denials: number;
            /** @description millionths of the major unit, as text */
            heldMicros: string;
            /** @description minor units of the currency, as text */
            heldMinor: string;
            limitMinor: string | null;
        };
        Alert: {
            data: {
                [key: string]: string | number | null;
            };
            id: string;
            /** Format: date-time */
            occurredAt: string;
            subject: string;
            summary: string;
            type: ("budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly") | "webhook.test";
        };
        AlertPage: {
            data: components["schemas"]["Alert"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Approval: {
            agentType: string;
            /** @description as people read it: 90.00 USD */
            amount: string;
            /** @description minor units of the currency, as text */
            amountMinor: string;
            /** @description how many different people it takes */
            approvers: number;
            /** @description ISO 4217, lower case */
            currency: string;
            endpoint: string;
            /**
             * Format: date-time
             * @description until then it can be decided, or once approved, be used
             */
            expiresAt: string;
            id: string;
            operation: string;
            policyId: string;
            policyVersion: number;
            provider: string;
            /** Format: date-time */
            requestedAt: string;
            /** @description what holds the amount */
            reservationId: string;
            runId: string | null;
            /**
             * @description used: the call was made; expired: nobody decided in time, or the approved call did not come in time
             * @enum {string}
             */
            state: "waiting" | "approved" | "denied" | "expired" | "used";
            /** @description the reservation of the call that was made */
            usedBy: string | null;
            vaultKeyId: string;
            votes: {
                /** Format: date-time */
                at: string;
                /** @description token:…, person:…, or link */
                by: string;
                /** @enum {string} */
                decision: "approved" | "denied";
                note: string | null;
            }[];
        };
        ApprovalPage: {
            data: components["schemas"]["Approval"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        AuditCheckpoint: {
            /** Format: date-time */
            createdAt: string;
            /**
             * Format: date
             * @description UTC
             */
            day: string;
            /** @description SHA-256, hex */
            hash: string;
            /** @description chains of the account */
            keys: number;
            /** @description in all of them */
            links: number;
            /** @description SHA-256, hex */
            previousHash: string;
        };
        AuditCheckpointPage: {
            data: components["schemas"]["AuditCheckpoint"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        AuditEntry: {
            agentType: string;
            committedMicros: string | null;
            committedMinor: string | null;
            currency: string | null;
            /** @enum {string} */
            decision: "allowed" | "denied" | "replayed";
            endedAt: string | null;
            endpoint: string;
            /** @description the price that was told later */
            finalMicros: string | null;
            finalMinor: string | null;
            id: string;
            idempotencyKey: string | null;
            latencyMs: number | null;
            message: string | null;
            operation: string;
            policyId: string;
            policyVersion: number;
            provider: string;
            reservedMicros: string | null;
            reservedMinor: string | null;
            /** @description the rule that refused */
            rule: string | null;
            runId: string | null;
            /** Format: date-time */
            startedAt: string;
            /** @enum {string} */
            state: "open" | "committed" | "released" | "denied" | "replayed";
            upstreamRequestId: string | null;
            upstreamStatus: number | null;
            vaultKeyId: string;
        };
        AuditPage: {
            data: components["schemas"]["AuditEntry"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        /** @description of one vault key when one was given, else of the account */
        AuditVerification: ({
            /** @description SHA-256, hex */
            headHash: string;
            /** @description that were walked */
            links: number;
            /** @description dropped by age: the walk began behind them */
            prunedLinks: number;
            /** @constant */
            valid: true;
        } | {
            entryId: string | null;
            /** @description that were walked */
            links: number;
            problem: string;
            /** @description dropped by age: the walk began behind them */
            prunedLinks: number;
            /** @description of the link, from 1 */
            sequence: string;
            /** @constant */
            valid: false;
        }) | {
            checkpoints: {
                /** @description that are as they were written, from the first on */
                count: number;
                firstBad: {
                    /**
                     * Format: date
                     * @description UTC
                     */
                    day: string;
                    problem: string;
                } | null;
                valid: boolean;
            };
            firstBad: {
                entryId: string | null;
                problem: string;
                /** @description of the link, from 1 */
                sequence: string;
                vaultKeyId: string;
            } | null;
            /** @description chains that were walked: all, or up to the first bad one */
            keys: number;
            /** @description that were walked */
            links: number;
            /** @description dropped by age: the walk began behind them */
            prunedLinks: number;
            valid: boolean;
        };
        Balance: {
            /** @description minor units of the currency, as text */
            availableMinor: string;
            /** @description millionths of the major unit, as text */
            committedMicros: string;
            /** @description minor units of the currency, as text */
            committedMinor: string;
            /** @description ISO 4217, lower case */
            currency: string;
            /** @enum {string} */
            direction: "any" | "in" | "out";
            /** @description millionths of the major unit, as text */
            heldMicros: string;
            /** @description minor units of the currency, as text */
            heldMinor: string;
            /** @description millionths of the major unit, as text */
            limitMicros: string;
            /** @description minor units of the currency, as text */
            limitMinor: string;
            /** @description of rolling_24h: when the oldest of it leaves */
            resetsAt: string | null;
            /** @enum {string} */
            scope: "run" | "key" | "agent_type" | "account";
            scopeId: string;
            /** @enum {string} */
            window: "day" | "month" | "rolling_24h" | "total";
            /** @description the day, the month, or total; of rolling_24h the start in ms of the quarter of an hour that leaves next */
            windowId: string;
        };
        BalancePage: {
            data: components["schemas"]["Balance"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        CallLife: {
            /** @description the links that this entry has in the audit chain of its vault key */
            chain: {
                contentHash: string;
                hash: string;
                previousHash: string;
                /** @description of the vault key's chain */
                sequence: string;
            }[];
            entry: components["schemas"]["AuditEntry"];
            keyLabel: string | null;
            /** @description where the time of the attempt that ended the call went; empty when nobody measured it */
            phases: {
                ms: number;
                /** @enum {string} */
                name: "parse" | "price" | "reserve" | "record" | "launch" | "forward";
            }[];
            /** @description of the policy version that decided */
            policyName: string | null;
            related: {
                /** @enum {string} */
                decision: "allowed" | "denied" | "replayed";
                id: string;
                /**
                 * @description what the other call is to this one
                 * @enum {string}
                 */
                relation: "replay" | "original" | "look_up" | "looked_up_for";
                /** Format: date-time */
                startedAt: string;
            }[];
            reservation: {
                launchedAt: string | null;
                resolution: components["schemas"]["Resolution"] | null;
                /** @enum {string} */
                state: "in_doubt" | "open" | "committed" | "released";
            } | null;
            steps: components["schemas"]["CallStep"][];
        };
        CallStep: {
            amountMinor: string | null;
            /** Format: date-time */
            at: string;
            /** @description what the step did to each cap, in the order of the ledger */
            balances: components["schemas"]["StepBalance"][];
            detail: string | null;
            /** @description of a denial or a replay: how long it took */
            sinceStartMs: number;
            /** @enum {string} */
            type: "reserved" | "launched" | "committed" | "released" | "trued_up" | "denied" | "replayed";
        };
        Cap: {
            /** @description ISO 4217, lower case */
            currency: string;
            /** @enum {string} */
            direction: "any" | "in" | "out";
            /** @description minor units of the currency, as text */
            limitMinor: string;
            /** @enum {string} */
            scope: "run" | "key" | "agent_type" | "account";
            /** @enum {string} */
            window: "day" | "month" | "rolling_24h" | "total";
        };
        Credential: {
            /** Format: date-time */
            createdAt: string;
            /** @description the last characters of the real key */
            hint: string;
            id: string;
            label: string | null;
            provider: string;
            /** Format: date-time */
            rotatedAt: string;
            version: number;
        };
        CredentialPage: {
            data: components["schemas"]["Credential"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Delivery: {
            alert: components["schemas"]["Alert"];
            attempts: number;
            id: string;
            lastAttemptAt: string | null;
            lastError: string | null;
            lastStatus: number | null;
            nextAttemptAt: string | null;
            /** @enum {string} */
            state: "pending" | "delivered" | "failed";
        };
        DeliveryMade: {
            deliveryId: string;
        };
        DeliveryPage: {
            data: components["schemas"]["Delivery"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        IdempotencyRecord: {
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            idempotencyKey: string;
            reservationId: string;
            rootKeyId: string;
            /** @enum {string} */
            state: "open" | "released" | "committed";
            upstreamStatus: number | null;
        };
        IdempotencyRecordPage: {
            data: components["schemas"]["IdempotencyRecord"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Installation: {
            /** @description digits after the point of one major unit, by code: providers do not all keep to ISO 4217 */
            currencies: {
                [key: string]: number;
            };
            /** @description where agents reach the gateway */
            gatewayUrl: string;
            version: string;
        };
        IssuedToken: {
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            id: string;
            lastUsedAt: string | null;
            name: string;
            revokedAt: string | null;
            /** @enum {string} */
            role: "viewer" | "operator" | "admin";
            /** @description the text of the token: only in this answer */
            token: string;
        };
        IssuedVaultKey: {
            agentType: string;
            allowedOperations: string[] | null;
            /** @description what a child key adds to the limits of its parent */
            caps: components["schemas"]["Cap"][];
            /** Format: date-time */
            createdAt: string;
            credentialId: string;
            expiresAt: string | null;
            id: string;
            label: string | null;
            parentId: string | null;
            policyId: string;
            provider: string;
            /** @description of the key or its first revoked ancestor */
            revokedAt: string | null;
            runId: string | null;
            /** @description the text of the key: only in this answer */
            vaultKey: string;
        };
        Policy: {
            allowedOperations: string[];
            approvalAbove: {
                [key: string]: string;
            };
            approvals: {
                expiresInSeconds: number;
                fourEyes: boolean;
            };
            caps: components["schemas"]["Cap"][];
            connectedAccounts: string[];
            /**
             * Format: date-time
             * @description of the first version
             */
            createdAt: string;
            duplicateGuard: "off" | {
                /** @enum {string} */
                mode: "warn" | "block";
                /** @enum {string} */
                scope: "run" | "key";
                windowSeconds: number;
            };
            id: string;
            /** @enum {string} */
            mode: "enforce" | "shadow";
            name: string;
            /** @enum {string} */
            otherCurrencies: "deny" | "convert";
            perCallMax: {
                [key: string]: string;
            };
            provider: string;
            requestsPerMonth: number | null;
            requestsPerSecond: number | null;
            requireIdempotencyKey: boolean;
            requireRunId: boolean;
            timeZone: string;
            unpriced: "deny" | {
                /** @description ISO 4217, lower case */
                currency: string;
                /** @description minor units of the currency, as text */
                reserveMinor: string;
            };
            version: number;
            /** Format: date-time */
            versionCreatedAt: string;
        };
        PolicyDiff: {
            changes: {
                /** @description the value; null where there is none */
                after: unknown;
                /** @description the value; null where there is none */
                before: unknown;
                /** @description JSON pointer into the policy */
                path: string;
            }[];
            from: number;
            to: number;
        };
        PolicyDraft: {
            allowedOperations: string[];
            approvalAbove: {
                [key: string]: string;
            };
            approvals: {
                expiresInSeconds: number;
                fourEyes: boolean;
            };
            caps: components["schemas"]["Cap"][];
            connectedAccounts: string[];
            duplicateGuard: "off" | {
                /** @enum {string} */
                mode: "warn" | "block";
                /** @enum {string} */
                scope: "run" | "key";
                windowSeconds: number;
            };
            /** @enum {string} */
            mode: "enforce" | "shadow";
            name: string;
            /** @enum {string} */
            otherCurrencies: "deny" | "convert";
            perCallMax: {
                [key: string]: string;
            };
            provider: string;
            requestsPerMonth: number | null;
            requestsPerSecond: number | null;
            requireIdempotencyKey: boolean;
            requireRunId: boolean;
            timeZone: string;
            unpriced: "deny" | {
                /** @description ISO 4217, lower case */
                currency: string;
                /** @description minor units of the currency, as text */
                reserveMinor: string;
            };
        };
        PolicyPage: {
            data: components["schemas"]["Policy"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        PolicySimulation: {
            /** @description that the policy was tried on */
            calls: number;
            changes: {
                /** @enum {string} */
                after: "allowed" | "denied" | "replayed";
                amounts: {
                    /** @description minor units of the currency, as text */
                    amountMinor: string;
                    /** @description ISO 4217, lower case */
                    currency: string;
                }[];
                /** @enum {string} */
                before: "allowed" | "denied" | "replayed";
                calls: number;
                /** @description that denies now, or that denied */
                rule: string | null;
            }[];
            examples: {
                /** @enum {string} */
                after: "allowed" | "denied" | "replayed";
                afterRule: string | null;
                agentType: string;
                /** @description reserved or asked for */
                amountMinor: string | null;
                /** Format: date-time */
                at: string;
                /** @enum {string} */
                before: "allowed" | "denied" | "replayed";
                beforeRule: string | null;
                currency: string | null;
                endpoint: string;
                id: string;
                /** @description what its caller would have been told */
                message: string | null;
                operation: string;
                runId: string | null;
                vaultKeyId: string;
            }[];
            /** Format: date-time */
            from: string;
            recorded: components["schemas"]["SimulationSide"];
            /** @description a call that was denied and is allowed here spends what it asked for */
            simulated: components["schemas"]["SimulationSide"];
            /** Format: date-time */
            to: string;
            /** @description left as they were: what the policy wants to know of them was not recorded */
            undecided: number;
        };
        PolicyTemplate: {
            description: string;
            id: string;
            policy: components["schemas"]["PolicyDraft"];
            provider: string;
        };
        PolicyTemplatePage: {
            data: components["schemas"]["PolicyTemplate"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Problem: {
            /** @description stable: for programs */
            code: string;
            /** @description what happened and what to do */
            detail: string;
            /** @description field by field, as JSON pointers into the request */
            errors?: {
                detail: string;
                pointer: string;
            }[];
            instance?: string;
            status: number;
            title: string;
            /** @description address of what is to be known about this kind of problem */
            type: string;
        };
        Provider: {
            id: string;
            operations: {
                /**
                 * @description the weightiest of its endpoints; denied: never forwarded
                 * @enum {string}
                 */
                class: "read" | "free" | "money" | "denied";
                endpoints: string[];
                /** @description as a policy names it: charges:write */
                id: string;
            }[];
        };
        ProviderPage: {
            data: components["schemas"]["Provider"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Reservation: {
            agentType: string;
            committedMicros: string | null;
            committedMinor: string | null;
            currency: string | null;
            /** @enum {string} */
            decision: "allowed" | "denied" | "replayed";
            endedAt: string | null;
            endpoint: string;
            /** @description the price that was told later */
            finalMicros: string | null;
            finalMinor: string | null;
            id: string;
            idempotencyKey: string | null;
            latencyMs: number | null;
            launchedAt: string | null;
            message: string | null;
            operation: string;
            policyId: string;
            policyVersion: number;
            provider: string;
            reservedMicros: string | null;
            reservedMinor: string | null;
            /** @description what the resolver found out so far */
            resolution: components["schemas"]["Resolution"] | null;
            /** @description the rule that refused */
            rule: string | null;
            runId: string | null;
            /** Format: date-time */
            startedAt: string;
            /** @enum {string} */
            state: "in_doubt" | "open" | "committed" | "released";
            upstreamRequestId: string | null;
            upstreamStatus: number | null;
            vaultKeyId: string;
        };
        ReservationPage: {
            data: components["schemas"]["Reservation"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Resolution: {
            attempts: number;
            lastAttemptAt: string | null;
            /** @description null: no further attempt, a person decides */
            nextAttemptAt: string | null;
            reason: string;
        };
        ResolvedReservation: {
            id: string;
            note: string;
            /** @enum {string} */
            outcome: "executed" | "not_executed";
        };
        RevokedToken: {
            id: string;
            /** Format: date-time */
            revokedAt: string;
        };
        RevokedVaultKey: {
            id: string;
            /** @description from the request until no call could be launched */
            inForceAfterMs: number;
            /** Format: date-time */
            revokedAt: string;
        };
        Run: {
            agentTypes: string[];
            /** @description admitted: neither replays nor what was looked up for calls */
            calls: number;
            denials: number;
            /** Format: date-time */
            firstAt: string;
            /** Format: date-time */
            lastAt: string;
            providers: string[];
            replays: number;
            runId: string;
            spend: {
                /** @description minor units of the currency, as text */
                committedMinor: string;
                /** @description ISO 4217, lower case */
                currency: string;
                /** @description minor units of the currency, as text */
                heldMinor: string;
            }[];
        };
        RunPage: {
            data: components["schemas"]["Run"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        RunStory: {
            /** @description calls, replays and denials, oldest first */
            data: components["schemas"]["AuditEntry"][];
            nextCursor: string | null;
            run: components["schemas"]["Run"];
        };
        Session: {
            accountId: string;
            expiresAt: string | null;
            /** @description of the token, or of the person */
            name: string;
            /** @enum {string} */
            role: "viewer" | "operator" | "admin";
        };
        SignInMethods: {
            /** @description sign-in with an identity provider; null: there is none */
            oidc: {
                name: string;
                startUrl: string;
            } | null;
            /** @constant */
            token: true;
        };
        SimulationSide: {
            allowed: number;
            denials: {
                calls: number;
                rule: string;
            }[];
            denied: number;
            replayed: number;
            spend: {
                /** @description minor units of the currency, as text */
                amountMinor: string;
                /** @description ISO 4217, lower case */
                currency: string;
            }[];
        };
        SpendOfDay: {
            /** @description admitted: neither replays nor what was looked up for calls */
            calls: number;
            /** @description minor units of the currency, as text */
            committedMinor: string;
            /** @description null: calls without an amount */
            currency: string | null;
            /**
             * Format: date
             * @description in the zone of each call's policy
             */
            day: string;
            denials: number;
            group: string;
            /** @description minor units of the currency, as text */
            heldMinor: string;
            replays: number;
        };
        SpendPage: {
            data: components["schemas"]["AgentTypeSpend"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        SpendSeries: {
            data: components["schemas"]["SpendOfDay"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        StepBalance: {
            /** @description minor units of the currency, as text */
            committedAfterMinor: string;
            /** @description minor units of the currency, as text */
            committedBeforeMinor: string;
            /** @description ISO 4217, lower case */
            currency: string;
            /** @enum {string} */
            direction: "any" | "in" | "out";
            /** @description minor units of the currency, as text */
            heldAfterMinor: string;
            /** @description minor units of the currency, as text */
            heldBeforeMinor: string;
            /** @description as it was when the call was reserved */
            limitMinor: string;
            /** @enum {string} */
            scope: "run" | "key" | "agent_type" | "account";
            /** @description the key, agent type, run or account that the cap counts for */
            scopeId: string;
            /** @enum {string} */
            window: "day" | "month" | "rolling_24h" | "total";
            /** @description the day, the month, or total; of rolling_24h the start in ms of the quarter of an hour that leaves next */
            windowId: string;
        };
        Token: {
            /** Format: date-time */
            createdAt: string;
            expiresAt: string | null;
            id: string;
            lastUsedAt: string | null;
            name: string;
            revokedAt: string | null;
            /** @enum {string} */
            role: "viewer" | "operator" | "admin";
        };
        TokenPage: {
            data: components["schemas"]["Token"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Usage: {
            /** @description days without anything are left out */
            byDay: {
                /** @description admitted: neither replays nor what was looked up for calls */
                calls: number;
                /** Format: date */
                day: string;
                denials: number;
                replays: number;
            }[];
            /** @description admitted: neither replays nor what was looked up for calls */
            calls: number;
            denials: number;
            month: string;
            /** @description what used most first; at most 1,000 */
            quotas: {
                policyId: string;
                policyName: string;
                requestsPerMonth: number;
                /**
                 * Format: date-time
                 * @description the end of the month in the policy's zone
                 */
                resetsAt: string;
                /** @constant */
                scope: "key";
                /** @description by the ledger's count */
                used: number;
                /** @description counted with its child keys; null: no live key has the policy */
                vaultKeyId: string | null;
            }[];
            replays: number;
        };
        VaultKey: {
            agentType: string;
            allowedOperations: string[] | null;
            /** @description what a child key adds to the limits of its parent */
            caps: components["schemas"]["Cap"][];
            /** Format: date-time */
            createdAt: string;
            credentialId: string;
            expiresAt: string | null;
            id: string;
            label: string | null;
            parentId: string | null;
            policyId: string;
            provider: string;
            /** @description of the key or its first revoked ancestor */
            revokedAt: string | null;
            runId: string | null;
        };
        VaultKeyPage: {
            data: components["schemas"]["VaultKey"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        Webhook: {
            /** Format: date-time */
            createdAt: string;
            /** @enum {string} */
            form: "standard" | "slack";
            id: string;
            label: string | null;
            paused: boolean;
            /** @description how many sign */
            secrets: number;
            types: ("budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly")[];
            /** @description without its path, which may be a secret */
            url: string;
        };
        WebhookPage: {
            data: components["schemas"]["Webhook"][];
            /** @description for the next page; null on the last one */
            nextCursor: string | null;
        };
        WebhookSecret: {
            /** Format: date-time */
            createdAt: string;
            /** @enum {string} */
            form: "standard" | "slack";
            id: string;
            label: string | null;
            paused: boolean;
            /** @description whsec_…: only in this answer */
            secret: string;
            /** @description how many sign */
            secrets: number;
            types: ("budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly")[];
            /** @description without its path, which may be a secret */
            url: string;
        };
    };
    responses: {
        /** @description The request could not be read. */
        BadRequest: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is not JSON. */
        BodyNotJson: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The body is too large. */
        BodyTooLarge: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description It was changed meanwhile. */
        ChangedMeanwhile: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not in this state. */
        Conflict: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A field is not valid. */
        Invalid: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Not in this account. */
        NotFound: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description No live token. */
        NotSignedIn: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description The role of the token is too low. */
        RoleTooLow: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description Too many requests without a valid token. */
        TooManySignIns: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
        /** @description A dependency is not available; repeating is safe. */
        Unavailable: {
            headers: {
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"];
            };
        };
    };
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type Account = components['schemas']['Account'];
export type AgentType = components['schemas']['AgentType'];
export type AgentTypePage = components['schemas']['AgentTypePage'];
export type AgentTypeSpend = components['schemas']['AgentTypeSpend'];
export type Alert = components['schemas']['Alert'];
export type AlertPage = components['schemas']['AlertPage'];
export type Approval = components['schemas']['Approval'];
export type ApprovalPage = components['schemas']['ApprovalPage'];
export type AuditCheckpoint = components['schemas']['AuditCheckpoint'];
export type AuditCheckpointPage = components['schemas']['AuditCheckpointPage'];
export type AuditEntry = components['schemas']['AuditEntry'];
export type AuditPage = components['schemas']['AuditPage'];
export type AuditVerification = components['schemas']['AuditVerification'];
export type Balance = components['schemas']['Balance'];
export type BalancePage = components['schemas']['BalancePage'];
export type CallLife = components['schemas']['CallLife'];
export type CallStep = components['schemas']['CallStep'];
export type Cap = components['schemas']['Cap'];
export type Credential = components['schemas']['Credential'];
export type CredentialPage = components['schemas']['CredentialPage'];
export type Delivery = components['schemas']['Delivery'];
export type DeliveryMade = components['schemas']['DeliveryMade'];
export type DeliveryPage = components['schemas']['DeliveryPage'];
export type IdempotencyRecord = components['schemas']['IdempotencyRecord'];
export type IdempotencyRecordPage = components['schemas']['IdempotencyRecordPage'];
export type Installation = components['schemas']['Installation'];
export type IssuedToken = components['schemas']['IssuedToken'];
export type IssuedVaultKey = components['schemas']['IssuedVaultKey'];
export type Policy = components['schemas']['Policy'];
export type PolicyDiff = components['schemas']['PolicyDiff'];
export type PolicyDraft = components['schemas']['PolicyDraft'];
export type PolicyPage = components['schemas']['PolicyPage'];
export type PolicySimulation = components['schemas']['PolicySimulation'];
export type PolicyTemplate = components['schemas']['PolicyTemplate'];
export type PolicyTemplatePage = components['schemas']['PolicyTemplatePage'];
export type Problem = components['schemas']['Problem'];
export type Provider = components['schemas']['Provider'];
export type ProviderPage = components['schemas']['ProviderPage'];
export type Reservation = components['schemas']['Reservation'];
export type ReservationPage = components['schemas']['ReservationPage'];
export type Resolution = components['schemas']['Resolution'];
export type ResolvedReservation = components['schemas']['ResolvedReservation'];
export type RevokedToken = components['schemas']['RevokedToken'];
export type RevokedVaultKey = components['schemas']['RevokedVaultKey'];
export type Run = components['schemas']['Run'];
export type RunPage = components['schemas']['RunPage'];
export type RunStory = components['schemas']['RunStory'];
export type Session = components['schemas']['Session'];
export type SignInMethods = components['schemas']['SignInMethods'];
export type SimulationSide = components['schemas']['SimulationSide'];
export type SpendOfDay = components['schemas']['SpendOfDay'];
export type SpendPage = components['schemas']['SpendPage'];
export type SpendSeries = components['schemas']['SpendSeries'];
export type StepBalance = components['schemas']['StepBalance'];
export type Token = components['schemas']['Token'];
export type TokenPage = components['schemas']['TokenPage'];
export type Usage = components['schemas']['Usage'];
export type VaultKey = components['schemas']['VaultKey'];
export type VaultKeyPage = components['schemas']['VaultKeyPage'];
export type Webhook = components['schemas']['Webhook'];
export type WebhookPage = components['schemas']['WebhookPage'];
export type WebhookSecret = components['schemas']['WebhookSecret'];
export type ResponseBadRequest = components['responses']['BadRequest'];
export type ResponseBodyNotJson = components['responses']['BodyNotJson'];
export type ResponseBodyTooLarge = components['responses']['BodyTooLarge'];
export type ResponseChangedMeanwhile = components['responses']['ChangedMeanwhile'];
export type ResponseConflict = components['responses']['Conflict'];
export type ResponseInvalid = components['responses']['Invalid'];
export type ResponseNotFound = components['responses']['NotFound'];
export type ResponseNotSignedIn = components['responses']['NotSignedIn'];
export type ResponseRoleTooLow = components['responses']['RoleTooLow'];
export type ResponseTooManySignIns = components['responses']['TooManySignIns'];
export type ResponseUnavailable = components['responses']['Unavailable'];
export type $defs = Record<string, never>;
export interface operations {
    Account_find: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account, and why it is frozen if it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Account_thaw: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    reason: string;
                };
            };
        };
        responses: {
            /** @description Let a frozen account spend again, after looking at its dead letters. Recorded with your name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_agentTypes: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The labels that vault keys carry. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentTypePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Alerts_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                subject?: string;
                type?: "budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was told, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AlertPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    ApprovalLinks_approve: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description what stands behind # in the link of a webhook */
                    link: string;
                    /** @description why; kept with the decision */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Approve what a link is about. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    ApprovalLinks_deny: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description what stands behind # in the link of a webhook */
                    link: string;
                    /** @description why; kept with the decision */
                    note?: string;
                };
            };
        };
        responses: {
            /** @description Deny what a link is about. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    ApprovalLinks_view: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** @description what stands behind # in the link of a webhook */
                    link: string;
                };
            };
        };
        responses: {
            /** @description What a link is about; changes nothing. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Approvals_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "waiting" | "approved" | "denied" | "expired" | "used";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Calls that asked for approval, the last first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ApprovalPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Approvals_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One call that asked for approval, with what people said. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Approvals_approve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description why; kept with the decision */
                    note?: string;
                } | null;
            };
        };
        responses: {
            /** @description Let the call through, once; with four eyes the second person does. In force when this has answered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Approvals_deny: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": {
                    /** @description why; kept with the decision */
                    note?: string;
                } | null;
            };
        };
        responses: {
            /** @description Refuse the call and release its amount. One person is enough. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Approval"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Audit_search: {
        parameters: {
            query?: {
                agentType?: string;
                amountFromMinor?: string;
                amountToMinor?: string;
                currency?: string;
                cursor?: string;
                decision?: "allowed" | "denied" | "replayed";
                endpoint?: string;
                from?: string;
                id?: string;
                idempotencyKey?: string;
                limit?: number;
                message?: string;
                operation?: string;
                policyId?: string;
                policyVersion?: number;
                provider?: string;
                rule?: string;
                runId?: string;
                state?: "open" | "committed" | "released" | "denied" | "replayed";
                to?: string;
                upstreamRequestId?: string;
                upstreamStatus?: number;
                vaultKeyId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Calls, denials and replays, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Calls_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One call's whole life: its steps with the balances around them, the time of each phase, its audit links. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CallLife"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Audit_checkpoints: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What all chains came to at the end of each UTC day, newest first. Keep the newest hash elsewhere. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditCheckpointPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Audit_export: {
        parameters: {
            query?: {
                agentType?: string;
                amountFromMinor?: string;
                amountToMinor?: string;
                currency?: string;
                decision?: "allowed" | "denied" | "replayed";
                endpoint?: string;
                format?: "ndjson" | "csv";
                from?: string;
                id?: string;
                idempotencyKey?: string;
                message?: string;
                operation?: string;
                policyId?: string;
                policyVersion?: number;
                provider?: string;
                rule?: string;
                runId?: string;
                state?: "open" | "committed" | "released" | "denied" | "replayed";
                to?: string;
                upstreamRequestId?: string;
                upstreamStatus?: number;
                vaultKeyId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All that matches, newest first, streamed: a JSON object a line, or CSV with a header. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/x-ndjson": components["schemas"]["AuditEntry"];
                    "text/csv": components["schemas"]["AuditEntry"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Audit_tail: {
        parameters: {
            query?: {
                agentType?: string;
                amountFromMinor?: string;
                amountToMinor?: string;
                currency?: string;
                decision?: "allowed" | "denied" | "replayed";
                endpoint?: string;
                from?: string;
                id?: string;
                idempotencyKey?: string;
                message?: string;
                operation?: string;
                policyId?: string;
                policyVersion?: number;
                provider?: string;
                rule?: string;
                runId?: string;
                state?: "open" | "committed" | "released" | "denied" | "replayed";
                to?: string;
                upstreamRequestId?: string;
                upstreamStatus?: number;
                vaultKeyId?: string;
            };
            header?: {
                /** @description the id of the last event that was seen */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Live: each entry as it is made and as it changes, as server-sent events; goes on behind Last-Event-ID without a gap. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": components["schemas"]["AuditEntry"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Audit_verify: {
        parameters: {
            query?: {
                vaultKeyId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Walk the audit chain of a vault key, or those of all keys and the checkpoints; names the first entry that was edited, removed or reordered. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuditVerification"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reports_balances: {
        parameters: {
            query?: {
                at?: string;
                cursor?: string;
                limit?: number;
                vaultKeyId?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All caps of a vault key with what their windows have used, now or at a time; without a key, a page of the balances in use. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BalancePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Credentials_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                provider?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Credentials by their last characters, never their secrets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["CredentialPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Credentials_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    accountSid?: string;
                    label?: string;
                    /** @description stripe, twilio, resend, or the id of a provider in KEYBRAKE_PROVIDERS_FILE */
                    provider: string;
                    secret: string;
                };
            };
        };
        responses: {
            /** @description Store a real key, encrypted. It is never given back. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Credentials_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One credential, without its secret. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Credentials_rotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    accountSid?: string;
                    secret: string;
                };
            };
        };
        responses: {
            /** @description Replace the real key. Gateways use the new one within a minute. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Credential"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reports_idempotencyRecords: {
        parameters: {
            query?: {
                cursor?: string;
                idempotencyKey?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Idempotency keys and what became of their calls, newest first; never the answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IdempotencyRecordPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Installation_find: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where the gateway is, and which currencies are known. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Installation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Current versions, newest policy first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    allowedOperations: string[];
                    /** @default {} */
                    approvalAbove?: {
                        [key: string]: string;
                    };
                    /**
                     * @default {
                     *       "expiresInSeconds": 86400,
                     *       "fourEyes": false
                     *     }
                     */
                    approvals?: {
                        /** @default 86400 */
                        expiresInSeconds?: number;
                        /** @default false */
                        fourEyes?: boolean;
                    };
                    /** @default [] */
                    caps?: {
                        currency: string;
                        /**
                         * @default any
                         * @enum {string}
                         */
                        direction?: "any" | "in" | "out";
                        limitMinor: string;
                        /** @enum {string} */
                        scope: "run" | "key" | "agent_type" | "account";
                        /** @enum {string} */
                        window: "day" | "month" | "rolling_24h" | "total";
                    }[];
                    /** @default [] */
                    connectedAccounts?: string[];
                    /** @default off */
                    duplicateGuard?: "off" | {
                        /** @enum {string} */
                        mode: "warn" | "block";
                        /**
                         * @default run
                         * @enum {string}
                         */
                        scope?: "run" | "key";
                        windowSeconds: number;
                    };
                    /**
                     * @default enforce
                     * @enum {string}
                     */
                    mode?: "enforce" | "shadow";
                    name: string;
                    /**
                     * @default deny
                     * @enum {string}
                     */
                    otherCurrencies?: "deny" | "convert";
                    /** @default {} */
                    perCallMax?: {
                        [key: string]: string;
                    };
                    /** @description stripe, twilio, resend, or the id of a provider in KEYBRAKE_PROVIDERS_FILE */
                    provider: string;
                    requestsPerMonth?: number | null;
                    requestsPerSecond?: number | null;
                    /** @default false */
                    requireIdempotencyKey?: boolean;
                    /** @default false */
                    requireRunId?: boolean;
                    /** @default UTC */
                    timeZone?: string;
                    /** @default deny */
                    unpriced?: "deny" | {
                        currency: string;
                        reserveMinor: string;
                    };
                };
            };
        };
        responses: {
            /** @description Make a policy. It is in force for a vault key as soon as the key names it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_find: {
        parameters: {
            query?: {
                at?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current version of a policy, or the one that was current at a time. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_revise: {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag that was read: 412 when it is no longer the current version. */
                "If-Match"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    allowedOperations: string[];
                    /** @default {} */
                    approvalAbove?: {
                        [key: string]: string;
                    };
                    /**
                     * @default {
                     *       "expiresInSeconds": 86400,
                     *       "fourEyes": false
                     *     }
                     */
                    approvals?: {
                        /** @default 86400 */
                        expiresInSeconds?: number;
                        /** @default false */
                        fourEyes?: boolean;
                    };
                    /** @default [] */
                    caps?: {
                        currency: string;
                        /**
                         * @default any
                         * @enum {string}
                         */
                        direction?: "any" | "in" | "out";
                        limitMinor: string;
                        /** @enum {string} */
                        scope: "run" | "key" | "agent_type" | "account";
                        /** @enum {string} */
                        window: "day" | "month" | "rolling_24h" | "total";
                    }[];
                    /** @default [] */
                    connectedAccounts?: string[];
                    /** @default off */
                    duplicateGuard?: "off" | {
                        /** @enum {string} */
                        mode: "warn" | "block";
                        /**
                         * @default run
                         * @enum {string}
                         */
                        scope?: "run" | "key";
                        windowSeconds: number;
                    };
                    /**
                     * @default enforce
                     * @enum {string}
                     */
                    mode?: "enforce" | "shadow";
                    name: string;
                    /**
                     * @default deny
                     * @enum {string}
                     */
                    otherCurrencies?: "deny" | "convert";
                    /** @default {} */
                    perCallMax?: {
                        [key: string]: string;
                    };
                    /** @description stripe, twilio, resend, or the id of a provider in KEYBRAKE_PROVIDERS_FILE */
                    provider: string;
                    requestsPerMonth?: number | null;
                    requestsPerSecond?: number | null;
                    /** @default false */
                    requireIdempotencyKey?: boolean;
                    /** @default false */
                    requireRunId?: boolean;
                    /** @default UTC */
                    timeZone?: string;
                    /** @default deny */
                    unpriced?: "deny" | {
                        currency: string;
                        reserveMinor: string;
                    };
                };
            };
        };
        responses: {
            /** @description Make the next version. What a window has used goes on counting; gateways obey it once this answers. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_diff: {
        parameters: {
            query: {
                from: number;
                to: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What changed between two versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyDiff"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_versions: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All versions, newest first. They never change. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Policies_version: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
                version: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One version of a policy, as it was in force. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Policy"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Simulations_simulate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * Format: date-time
                     * @description seven days before `to` when left out
                     */
                    from?: string;
                    policy: {
                        allowedOperations: string[];
                        /** @default {} */
                        approvalAbove?: {
                            [key: string]: string;
                        };
                        /**
                         * @default {
                         *       "expiresInSeconds": 86400,
                         *       "fourEyes": false
                         *     }
                         */
                        approvals?: {
                            /** @default 86400 */
                            expiresInSeconds?: number;
                            /** @default false */
                            fourEyes?: boolean;
                        };
                        /** @default [] */
                        caps?: {
                            currency: string;
                            /**
                             * @default any
                             * @enum {string}
                             */
                            direction?: "any" | "in" | "out";
                            limitMinor: string;
                            /** @enum {string} */
                            scope: "run" | "key" | "agent_type" | "account";
                            /** @enum {string} */
                            window: "day" | "month" | "rolling_24h" | "total";
                        }[];
                        /** @default [] */
                        connectedAccounts?: string[];
                        /** @default off */
                        duplicateGuard?: "off" | {
                            /** @enum {string} */
                            mode: "warn" | "block";
                            /**
                             * @default run
                             * @enum {string}
                             */
                            scope?: "run" | "key";
                            windowSeconds: number;
                        };
                        /**
                         * @default enforce
                         * @enum {string}
                         */
                        mode?: "enforce" | "shadow";
                        name: string;
                        /**
                         * @default deny
                         * @enum {string}
                         */
                        otherCurrencies?: "deny" | "convert";
                        /** @default {} */
                        perCallMax?: {
                            [key: string]: string;
                        };
                        /** @description stripe, twilio, resend, or the id of a provider in KEYBRAKE_PROVIDERS_FILE */
                        provider: string;
                        requestsPerMonth?: number | null;
                        requestsPerSecond?: number | null;
                        /** @default false */
                        requireIdempotencyKey?: boolean;
                        /** @default false */
                        requireRunId?: boolean;
                        /** @default UTC */
                        timeZone?: string;
                        /** @default deny */
                        unpriced?: "deny" | {
                            currency: string;
                            reserveMinor: string;
                        };
                    };
                    /** @description only calls that this policy has decided; all of the provider when left out */
                    policyId?: string;
                    /**
                     * Format: date-time
                     * @description now when left out
                     */
                    to?: string;
                };
            };
        };
        responses: {
            /** @description Try a policy on recorded calls: what it would have decided and how much would have been spent. At most 31 days; nothing is kept. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicySimulation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Catalogue_templates: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Policies to begin with. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PolicyTemplatePage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Catalogue_providers: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Providers and the operations that a policy can allow. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reservations_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "in_doubt" | "open" | "committed" | "released";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Reservations, newest first; with state=in_doubt those whose outcome nobody knows. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ReservationPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reservations_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One reservation. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Reservation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reservations_resolve: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    amountMinor?: string;
                    note: string;
                    /** @enum {string} */
                    outcome: "executed" | "not_executed";
                };
            };
        };
        responses: {
            /** @description Say what a call in doubt came to, after looking at the provider. Recorded with your name. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ResolvedReservation"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Runs_list: {
        parameters: {
            query?: {
                agentType?: string;
                cursor?: string;
                limit?: number;
                search?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Runs with what they called and spent, newest activity first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Runs_find: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path: {
                runId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One run's story: its calls, replays and denials, oldest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RunStory"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_open: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    token: string;
                };
            };
        };
        responses: {
            /** @description Sign a browser in with a token: a cookie of at most 12 h, over with the token. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_current: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Who you are to this API. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Session"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_end: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sign out. A token stays as it is. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_methods: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description How one can sign in to the dashboard. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInMethods"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_startOidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Sends a browser to the identity provider. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Sessions_finishOidc: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Where the identity provider sends the browser back to; it goes on to the dashboard. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Reports_spend: {
        parameters: {
            query?: {
                cursor?: string;
                date?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A day's spend per agent type; today when no date is given. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Usage_series: {
        parameters: {
            query?: {
                by?: "agentType" | "provider" | "runId";
                currency?: string;
                from?: string;
                to?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Spend and calls by day and agent type, provider or run: at most 100 days, the 50 groups with the most calls. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpendSeries"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Tokens_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Tokens, newest first, without their texts. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TokenPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Tokens_issue: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /** Format: date-time */
                    expiresAt?: string;
                    name: string;
                    /** @enum {string} */
                    role: "viewer" | "operator" | "admin";
                };
            };
        };
        responses: {
            /** @description Issue a token of this API. Its text is in this answer and nowhere else. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Tokens_revoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description End a token at once. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedToken"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Usage_month: {
        parameters: {
            query?: {
                month?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A month's calls by the ledger's count, and what each policy's monthly quota has used. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_list: {
        parameters: {
            query?: {
                agentType?: string;
                cursor?: string;
                limit?: number;
                parentId?: string;
                policyId?: string;
                search?: string;
                state?: "live" | "revoked" | "expired";
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Vault keys, newest first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultKeyPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_issue: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    agentType: string;
                    credentialId?: string;
                    /** Format: date-time */
                    expiresAt?: string;
                    label?: string;
                    policyId: string;
                };
            };
        };
        responses: {
            /** @description Issue a vault key. Its text is in this answer and nowhere else. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedVaultKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One vault key, without its text. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["VaultKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_mint: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    allowedOperations?: string[];
                    /** @default [] */
                    caps?: {
                        currency: string;
                        /**
                         * @default any
                         * @enum {string}
                         */
                        direction?: "any" | "in" | "out";
                        limitMinor: string;
                        /** @enum {string} */
                        scope: "run" | "key" | "agent_type" | "account";
                        /** @enum {string} */
                        window: "day" | "month" | "rolling_24h" | "total";
                    }[];
                    /** Format: date-time */
                    expiresAt?: string;
                    label?: string;
                    runId: string;
                };
            };
        };
        responses: {
            /** @description Mint a key for one run: never wider than its parent, revoked with it. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IssuedVaultKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    VaultKeys_revoke: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The kill switch. Once this answers 200, no gateway launches a call of the key or a key below it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RevokedVaultKey"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_list: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Webhooks, newest first, without their secrets. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_create: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default standard
                     * @enum {string}
                     */
                    form?: "standard" | "slack";
                    label?: string;
                    /** @default false */
                    paused?: boolean;
                    /**
                     * @description empty: all
                     * @default []
                     */
                    types?: ("budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly")[];
                    url: string;
                };
            };
        };
        responses: {
            /** @description Send alerts to an address, as Standard Webhooks or to Slack. Its secret is in this answer and nowhere else. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_find: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One webhook. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_revise: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": {
                    /**
                     * @default standard
                     * @enum {string}
                     */
                    form?: "standard" | "slack";
                    label?: string;
                    /** @default false */
                    paused?: boolean;
                    /**
                     * @description empty: all
                     * @default []
                     */
                    types?: ("budget.threshold" | "budget.forecast" | "key.revoked" | "approval.requested" | "call.in_doubt" | "call.duplicate" | "call.anomaly")[];
                    url: string;
                };
            };
        };
        responses: {
            /** @description Change address, form, types, label, or pause it. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Webhook"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_remove: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Remove a webhook with the log of its deliveries. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_deliveries: {
        parameters: {
            query?: {
                cursor?: string;
                limit?: number;
                state?: "pending" | "delivered" | "failed";
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What was sent and what became of it, newest alert first. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryPage"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_redeliver: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                delivery: string;
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send the same alert once more. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryMade"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_rotate: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Make a new secret beside the newest: both sign, until the next rotation takes the older away. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WebhookSecret"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
    Webhooks_test: {
        parameters: {
            query?: never;
            header?: {
                /** @description The same text for a repeat: then the first answer is given again. */
                "Idempotency-Key"?: string;
            };
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Send an example, like every alert. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeliveryMade"];
                };
            };
            400: components["responses"]["BadRequest"];
            401: components["responses"]["NotSignedIn"];
            403: components["responses"]["RoleTooLow"];
            404: components["responses"]["NotFound"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["ChangedMeanwhile"];
            413: components["responses"]["BodyTooLarge"];
            415: components["responses"]["BodyNotJson"];
            422: components["responses"]["Invalid"];
            429: components["responses"]["TooManySignIns"];
            503: components["responses"]["Unavailable"];
        };
    };
}
