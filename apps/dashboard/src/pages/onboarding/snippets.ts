import { hasRecipe, type Language, type RecipeProvider, recipeOf, testedVersion } from './recipes.ts';

const SID = 'AC00000000000000000000000000000000';

interface Around {
  /** What to install. */
  readonly install: string;
  readonly before: (gatewayUrl: string) => string;
  readonly after: string;
}

const nodeHead = (imports: string) => (gatewayUrl: string) =>
  `${imports}\n\nconst gatewayUrl = '${gatewayUrl}';\nconst vaultKey = process.env.KEYBRAKE_VAULT_KEY ?? '';\n`;
const pythonHead = (imports: string) => (gatewayUrl: string) =>
  `${imports}\n\nGATEWAY_URL = "${gatewayUrl}"\nVAULT_KEY = os.environ["KEYBRAKE_VAULT_KEY"]\n\n`;
/** An empty text stands for the line between groups; `api path` for a package under another name. */
const goImport = (text: string) => (text === '' ? '' : `\t${text.replace(/\S+$/, (path) => `"${path}"`)}`);
const goHead = (imports: readonly string[]) => (gatewayUrl: string) =>
  `package main\n\nimport (\n${imports.map(goImport).join('\n')}\n)\n\nconst gatewayURL = "${gatewayUrl}"\n`;
const goMain = (lines: readonly string[]) => `\nfunc main() {\n${lines.map((line) => `\t${line}`).join('\n')}\n}`;
const goFailure = ['if err != nil {', '\tpanic(err)', '}'];
const KEY_IN_GO = 'os.Getenv("KEYBRAKE_VAULT_KEY")';

function goModule(path: string, sdk: string): string {
  const major = Number(testedVersion(sdk).split('.', 1)[0]);
  return major > 1 ? `${path}/v${major}` : path;
}
const STRIPE_GO = goModule('github.com/stripe/stripe-go', 'stripe-go');
const RESEND_GO = goModule('github.com/resend/resend-go', 'resend-go');

/** Around each recipe: imports before it, the first call after it. */
const AROUND: Record<RecipeProvider, Record<Exclude<Language, 'curl'>, Around>> = {
  stripe: {
    node: {
      install: `npm install stripe@${testedVersion('stripe-node')}`,
      before: nodeHead("import Stripe from 'stripe';"),
      after: "\nawait charge(stripeClient(gatewayUrl, vaultKey), 'the first governed call', 'order-1001');",
    },
    python: {
      install: `pip install stripe==${testedVersion('stripe-python')}`,
      before: pythonHead('import os\n\nimport stripe'),
      after: '\n\ncharge(client(VAULT_KEY), "the first governed call", "order-1001")',
    },
    go: {
      install: `go get ${STRIPE_GO}@v${testedVersion('stripe-go')}`,
      before: goHead(['context', 'os', '', STRIPE_GO]),
      after: goMain([
        `_, err := charge(stripeClient(gatewayURL, ${KEY_IN_GO}), "the first governed call", "order-1001")`,
        ...goFailure,
      ]),
    },
  },
  twilio: {
    node: {
      install: `npm install twilio@${testedVersion('twilio-node')}`,
      before: nodeHead(
        "import twilio from 'twilio';\n\ntype Options = ConstructorParameters<typeof twilio.RequestClient>[0];",
      ),
      after:
        "\nconst message = { to: '+15005550010', from: '+15005550006', body: 'the first governed call' };\n" +
        "await twilioClient(gatewayUrl, vaultKey, 'order-1001').messages.create(message);",
    },
    python: {
      install: `pip install twilio==${testedVersion('twilio-python')}`,
      before: pythonHead(
        'import os\nfrom contextlib import contextmanager\nfrom contextvars import ContextVar\n\n' +
          'from twilio.http.http_client import TwilioHttpClient\nfrom twilio.rest import Client',
      ),
      after:
        '\n\nwith idempotency_key("order-1001"):\n    client(VAULT_KEY).messages.create(\n' +
        '        to="+15005550010", from_="+15005550006", body="the first governed call"\n    )',
    },
    go: {
      install: `go get github.com/twilio/twilio-go@v${testedVersion('twilio-go')}`,
      before: goHead([
        'net/http',
        'net/url',
        'os',
        '',
        'github.com/twilio/twilio-go',
        'github.com/twilio/twilio-go/client',
        'api github.com/twilio/twilio-go/rest/api/v2010',
      ]),
      after: goMain([
        `made, err := twilioClient(gatewayURL, ${KEY_IN_GO}, "order-1001")`,
        ...goFailure,
        'params := &api.CreateMessageParams{}',
        'params.SetTo("+15005550010").SetFrom("+15005550006").SetBody("the first governed call")',
        'if _, err := made.Api.CreateMessage(params); err != nil {',
        '\tpanic(err)',
        '}',
      ]),
    },
  },
  resend: {
    node: {
      install: `npm install resend@${testedVersion('resend-node')}`,
      before: nodeHead("import { Resend } from 'resend';"),
      after: "\nconsole.log(await send(resendClient(gatewayUrl, vaultKey), 'the first governed call', 'order-1001'));",
    },
    python: {
      install: `pip install resend==${testedVersion('resend-python')}`,
      before: pythonHead('import os\n\nimport resend'),
      after: '\n\nuse(VAULT_KEY)\nsend("the first governed call", "order-1001")',
    },
    go: {
      install: `go get ${RESEND_GO}@v${testedVersion('resend-go')}`,
      before: goHead(['context', 'net/url', 'os', '', RESEND_GO]),
      after: goMain([
        `made, err := resendClient(gatewayURL, ${KEY_IN_GO})`,
        ...goFailure,
        'if _, err := send(made, "the first governed call", "order-1001"); err != nil {',
        '\tpanic(err)',
        '}',
      ]),
    },
  },
};

const CURL: Record<RecipeProvider, (gatewayUrl: string) => string> = {
  stripe: (gatewayUrl) =>
    `curl -i ${gatewayUrl}/stripe/v1/charges -u "$KEYBRAKE_VAULT_KEY:" -H 'Idempotency-Key: order-1001' \\\n` +
    '  -d amount=1000 -d currency=usd -d source=tok_visa',
  twilio: (gatewayUrl) =>
    `curl -i ${gatewayUrl}/twilio/2010-04-01/Accounts/${SID}/Messages.json -u "${SID}:$KEYBRAKE_VAULT_KEY" \\\n` +
    "  -H 'Idempotency-Key: order-1001' --data-urlencode To=+15005550010 --data-urlencode From=+15005550006 \\\n" +
    "  -d Body='the first governed call'",
  resend: (gatewayUrl) =>
    `curl -i ${gatewayUrl}/resend/emails -H "Authorization: Bearer $KEYBRAKE_VAULT_KEY" \\\n` +
    "  -H 'Idempotency-Key: order-1001' -H 'Content-Type: application/json' \\\n" +
    `  -d '{"from":"a@example.com","to":["b@example.com"],"subject":"the first governed call","html":"<p>hi</p>"}'`,
};

export interface Snippet {
  /** Undefined where nothing has to be installed. */
  readonly install: string | undefined;
  readonly code: string;
}

/** A whole program that makes one call, or for a provider of the installation's own where its calls go. */
export function snippetOf(provider: string, language: Language, gatewayUrl: string): Snippet {
  if (!hasRecipe(provider)) {
    return {
      install: undefined,
      code:
        `# ${provider} is described in KEYBRAKE_PROVIDERS_FILE: the path is the provider's own, after /${provider}\n` +
        `curl -i ${gatewayUrl}/${provider}/… -H "Authorization: Bearer $KEYBRAKE_VAULT_KEY"`,
    };
  }
  if (language === 'curl') return { install: undefined, code: CURL[provider](gatewayUrl) };
  const { install, before, after } = AROUND[provider][language];
  return { install, code: `${before(gatewayUrl)}\n${recipeOf(provider, language)}\n${after}` };
}
