import { startSimulator } from './server.js';

const { KEYBRAKE_SIMULATOR_PORT = '4010', KEYBRAKE_SIMULATOR_WITNESS = '.keybrake/witness.jsonl' } = process.env;

const simulator = await startSimulator({
  port: Number(KEYBRAKE_SIMULATOR_PORT),
  witnessFile: KEYBRAKE_SIMULATOR_WITNESS,
});
console.log(JSON.stringify({ listening: simulator.url }));
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    void simulator.close().then(() => process.exit(0));
  });
}
