import { capExceeded, killSwitch, refundWithBillingKey, retriedPipeline, sharedKey, twoBranches } from './stories.ts';
import { readSurroundings } from './surroundings.ts';
import { Telling } from './telling.ts';

/** `npm run demo`: how agents spend too much with a real key, and what Keybrake makes of it. Exit 1 if a promise is broken. */
async function main(): Promise<number> {
  const at = await readSurroundings();
  console.log(
    `Keybrake at ${at.gatewayUrl}; what the provider executed is read from the simulator at ${at.simulatorUrl}.`,
  );
  const tell = new Telling();
  for (const story of [retriedPipeline, twoBranches, sharedKey, capExceeded, refundWithBillingKey, killSwitch]) {
    await story(at, tell);
  }
  console.log(`\n${tell.kept} promises kept, ${tell.broken} broken.`);
  return tell.broken === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  return 1;
});
