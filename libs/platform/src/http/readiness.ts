/** Rejects when the dependency does not answer; the message is shown to operators, so it holds no secret. */
export type DependencyCheck = () => Promise<unknown>;

export interface Dependency {
  readonly check: DependencyCheck;
  /** What is refused without it, and what works all the same: for whoever reads the health page at night. */
  readonly whenDown: string;
}

export interface DependencyState {
  readonly name: string;
  readonly up: boolean;
  /** When the state last changed, ISO 8601. */
  readonly since: string;
  readonly problem?: string;
  readonly meanwhile?: string;
}

const CHECK_TIMEOUT_MS = 1_500;

/** Whether this process should get calls: its dependencies answer, and it is not about to stop. */
export class Readiness {
  readonly #dependencies: Readonly<Record<string, Dependency>>;
  readonly #states = new Map<string, DependencyState>();
  #draining = false;

  constructor(dependencies: Readonly<Record<string, Dependency>>) {
    this.#dependencies = dependencies;
  }

  get draining(): boolean {
    return this.#draining;
  }

  /** From now on not ready; calls that come all the same are still served. */
  startDraining(): void {
    this.#draining = true;
  }

  async check(): Promise<readonly DependencyState[]> {
    return Promise.all(Object.entries(this.#dependencies).map(([name, one]) => this.#checkOne(name, one)));
  }

  async #checkOne(name: string, { check, whenDown: meanwhile }: Dependency): Promise<DependencyState> {
    const problem = await problemOf(check);
    const before = this.#states.get(name);
    const up = problem === undefined;
    const since = before?.up === up ? before.since : new Date().toISOString();
    const state = { name, up, since, ...(problem !== undefined && { problem, meanwhile }) };
    this.#states.set(name, state);
    return state;
  }
}

async function problemOf(check: DependencyCheck): Promise<string | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((done) => {
    timer = setTimeout(() => done(`no answer within ${CHECK_TIMEOUT_MS} ms`), CHECK_TIMEOUT_MS);
  });
  const answered = (async () => check())().then(
    () => undefined,
    (error: unknown) => (error instanceof Error && error.message !== '' ? error.message : String(error)),
  );
  return Promise.race([answered, late]).finally(() => clearTimeout(timer));
}
