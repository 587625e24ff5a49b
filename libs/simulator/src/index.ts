export type { Fault, FaultOrder } from './faults.js';
export { SIMULATOR_CREDENTIALS, type Simulator, type SimulatorOptions, startSimulator } from './server.js';
export type { WitnessEntry } from './witness.js';
