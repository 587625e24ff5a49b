/**
 * The admission protocol as a state machine small enough to visit every state: design section 3, steps 1 to 4, with a
 * store that is lost, appends that arrive late, gateways that die or stand still at any step, and a janitor. The cap has
 * room for one call. Read `transitions` for what may happen, `brokenRule` for what must never be.
 */
export interface ModelOptions {
  readonly calls: number;
  readonly lossesMax: number;
  readonly defect?: Defect;
}

/** Safeguards taken out one at a time; each must be found out. */
export const DEFECTS = [
  'forwards without a launch',
  'launches before the record is acknowledged',
  'the janitor releases launched holds',
  'a rebuild loads open reservations as held',
  'a rebuild reads the log before its fence is in it',
  'a lost store serves what it has left',
  'the ledger voids nothing behind a fence',
] as const;
export type Defect = (typeof DEFECTS)[number];

type Step = 'idle' | 'held' | 'sent' | 'recorded' | 'launched' | 'forwarded' | 'over';
type Hold = 'held' | 'launched' | 'released';
type LogRecord =
  | { readonly kind: 'reserved'; readonly call: number; readonly incarnation: number }
  | { readonly kind: 'released'; readonly call: number }
  | { readonly kind: 'fence'; readonly incarnation: number };

interface State {
  readonly calls: readonly { readonly step: Step; readonly incarnation: number }[];
  /** By call; an array with gaps. */
  readonly holds: readonly (Hold | null)[];
  readonly incarnation: number;
  readonly isReady: boolean;
  readonly losses: number;
  readonly log: readonly LogRecord[];
  /** Sent to the log and not yet in it. */
  readonly onTheirWay: readonly number[];
  readonly rebuild: 'none' | 'begun' | 'fenced' | { readonly open: readonly number[] };
}

export interface Finding {
  readonly states: number;
  /** The shortest way to a broken rule, if there is one. */
  readonly broken: { readonly rule: string; readonly steps: readonly string[] } | undefined;
}

interface Visit {
  readonly state: State;
  readonly from: Visit | undefined;
  readonly step: string;
}

/** Visits every state that can be reached, nearest first. */
export function explore(options: ModelOptions): Finding {
  const start: State = {
    calls: Array.from({ length: options.calls }, () => ({ step: 'idle' as const, incarnation: 0 })),
    holds: Array.from({ length: options.calls }, () => null),
    incarnation: 1,
    isReady: true,
    losses: 0,
    log: [],
    onTheirWay: [],
    rebuild: 'none',
  };
  const seen = new Set([JSON.stringify(start)]);
  const queue: Visit[] = [{ state: start, from: undefined, step: '' }];
  for (let next = 0; next < queue.length; next += 1) {
    const visit = queue[next] as Visit;
    const following = transitions(visit.state, options);
    const rule = brokenRule(visit.state, following.length === 0, options.defect);
    if (rule !== undefined) return { states: seen.size, broken: { rule, steps: wayTo(visit) } };
    for (const [step, state] of following) {
      const text = JSON.stringify(state);
      if (seen.has(text)) continue;
      seen.add(text);
      queue.push({ state, from: visit, step });
    }
  }
  return { states: seen.size, broken: undefined };
}

function wayTo(visit: Visit): readonly string[] {
  const steps: string[] = [];
  for (let at: Visit | undefined = visit; at?.from !== undefined; at = at.from) steps.unshift(at.step);
  return steps;
}

const put = <T>(items: readonly T[], index: number, item: T): T[] =>
  items.map((old, at) => (at === index ? item : old));
const without = (items: readonly number[], item: number) => items.filter((one) => one !== item);

function transitions(state: State, options: ModelOptions): [string, State][] {
  const following: [string, State][] = [];
  for (let call = 0; call < state.calls.length; call += 1) following.push(...callSteps(state, call, options.defect));
  following.push(...storeSteps(state, options));
  return following;
}

const moved = (state: State, call: number, step: Step, more: Partial<State> = {}): State => {
  const incarnation = step === 'held' ? state.incarnation : (state.calls[call]?.incarnation ?? 0);
  return { ...state, calls: put(state.calls, call, { step, incarnation }), ...more };
};

/** What the gateway of a call, and the log, may do next. */
function callSteps(state: State, call: number, defect: Defect | undefined): [string, State][] {
  const { step, incarnation } = state.calls[call] as State['calls'][number];
  const found: [string, State][] = [];
  const hasRoom = state.holds.every((hold) => hold !== 'held' && hold !== 'launched');
  if (step === 'idle' && state.isReady && hasRoom) {
    found.push([`${call} reserves`, moved(state, call, 'held', { holds: put(state.holds, call, 'held') })]);
  }
  if (step === 'held') {
    const onTheirWay = [...state.onTheirWay, call];
    found.push([`${call} sends its record`, moved(state, call, 'sent', { onTheirWay })]);
  }
  if (state.onTheirWay.includes(call)) {
    const log: LogRecord[] = [...state.log, { kind: 'reserved', call, incarnation }];
    const appended = { log, onTheirWay: without(state.onTheirWay, call) };
    found.push([
      `the log takes the record of ${call}`,
      moved(state, call, step === 'sent' ? 'recorded' : step, appended),
    ]);
  }
  found.push(...launchSteps(state, call, defect));
  if (step === 'launched') found.push([`${call} forwards`, moved(state, call, 'forwarded')]);
  if (step !== 'idle' && step !== 'forwarded' && step !== 'over') {
    found.push([`the gateway of ${call} dies`, moved(state, call, 'over')]);
  }
  return found;
}

function launchSteps(state: State, call: number, defect: Defect | undefined): [string, State][] {
  const { step, incarnation } = state.calls[call] as State['calls'][number];
  const goesEarly = step === 'sent' && defect === 'launches before the record is acknowledged';
  if (step !== 'recorded' && !goesEarly) return [];
  if (defect === 'forwards without a launch') return [[`${call} goes on`, moved(state, call, 'launched')]];
  if (!state.isReady) return [];
  const isHeld = state.holds[call] === 'held' && state.incarnation === incarnation;
  return isHeld
    ? [[`${call} launches`, moved(state, call, 'launched', { holds: put(state.holds, call, 'launched') })]]
    : [[`${call} is refused its launch`, moved(state, call, 'over', released(state, call))]];
}

/** A release by somebody who knows that the call was not and will not be forwarded: in the log, and in the store. */
function released(state: State, call: number): Pick<State, 'log' | 'holds'> {
  const holds = state.holds[call] === null ? state.holds : put(state.holds, call, 'released');
  return { log: [...state.log, { kind: 'released', call }], holds };
}

function storeSteps(state: State, { lossesMax, defect }: ModelOptions): [string, State][] {
  const found: [string, State][] = [];
  state.holds.forEach((hold, call) => {
    const mayRelease = hold === 'held' || (hold === 'launched' && defect === 'the janitor releases launched holds');
    if (state.isReady && mayRelease)
      found.push([`the janitor releases ${call}`, { ...state, ...released(state, call) }]);
  });
  if (state.losses < lossesMax && state.isReady) {
    const losses = state.losses + 1;
    const nothing = state.holds.map(() => null);
    found.push(
      defect === 'a lost store serves what it has left'
        ? ['the store comes back without its last writes', { ...state, losses, holds: nothing }]
        : ['the store is lost', { ...state, losses, holds: nothing, isReady: false, rebuild: 'begun' }],
    );
  }
  found.push(...rebuildSteps(state, defect));
  return found;
}

function rebuildSteps(state: State, defect: Defect | undefined): [string, State][] {
  const readsEarly = defect === 'a rebuild reads the log before its fence is in it';
  const log: LogRecord[] = [...state.log, { kind: 'fence', incarnation: state.incarnation + 1 }];
  if (state.rebuild === 'begun') {
    const fenced: State = { ...state, incarnation: state.incarnation + 1, log, rebuild: 'fenced' };
    if (!readsEarly) return [['the rebuild begins a life and writes its fence', fenced]];
    return [
      ['the rebuild reads the log', { ...fenced, log: state.log, rebuild: { open: openCalls(state.log, defect) } }],
    ];
  }
  if (state.rebuild === 'fenced') {
    return [['the ledger has folded past the fence', { ...state, rebuild: { open: openCalls(state.log, defect) } }]];
  }
  if (state.rebuild === 'none') return [];
  const { open } = state.rebuild;
  const loadedAs: Hold = defect === 'a rebuild loads open reservations as held' ? 'held' : 'launched';
  const holds = state.holds.map((_hold, call) => (open.includes(call) ? loadedAs : null));
  const ready: State = { ...state, holds, isReady: true, rebuild: 'none' };
  const fence: LogRecord = { kind: 'fence', incarnation: state.incarnation };
  return [['the rebuilt store is ready', readsEarly ? { ...ready, log: [...state.log, fence] } : ready]];
}

/** What the ledger makes of the log: reserved, not released, and not behind the fence of a later life. */
function openCalls(log: readonly LogRecord[], defect: Defect | undefined): readonly number[] {
  const open = new Set<number>();
  let fence = 0;
  for (const record of log) {
    if (record.kind === 'fence') fence = record.incarnation;
    else if (record.kind === 'reserved') {
      const isVoid = record.incarnation < fence && defect !== 'the ledger voids nothing behind a fence';
      if (!isVoid) open.add(record.call);
    }
  }
  for (const record of log) if (record.kind === 'released') open.delete(record.call);
  return [...open].sort((a, b) => a - b);
}

/** `isEnd`: nothing can happen any more. */
function brokenRule(state: State, isEnd: boolean, defect: Defect | undefined): string | undefined {
  const forwarded = state.calls.flatMap(({ step }, call) => (step === 'forwarded' ? [call] : []));
  if (forwarded.length > 1) return 'R1: more was forwarded than the cap allows';
  const recorded = new Set(state.log.flatMap((record) => (record.kind === 'reserved' ? [record.call] : [])));
  if (forwarded.some((call) => !recorded.has(call))) return 'R2: forwarded without a record in the log';
  const open = openCalls(state.log, defect);
  if (forwarded.some((call) => !open.includes(call))) return 'R5: forwarded, and released in the ledger';
  const counted = state.holds.flatMap((hold, call) => (hold === 'launched' ? [call] : []));
  if (isEnd && JSON.stringify(counted) !== JSON.stringify(open)) return 'R3: store and ledger hold different calls';
  return undefined;
}
