/** A request to what an agent may see of its own key, below `/_keybrake/`. */
export interface AgentViewQuestion {
  readonly method: 'GET' | 'POST';
  /** `budget`, `operations`, `decisions/{id}` or `children`. */
  readonly path: string;
  /** The run that the key speaks for, as a call would name it. */
  readonly runId?: string | undefined;
  readonly body?: unknown;
}

export interface AgentViewAnswer {
  readonly status: number;
  /** Parsed JSON. */
  readonly body: unknown;
}

/** Asks with a vault key that the asker holds: the tools never see it. Rejects when there is no answer. */
export type AskAgentView = (question: AgentViewQuestion) => Promise<AgentViewAnswer>;
