import type { FaultOrder, WitnessEntry } from '@keybrake/simulator';

/** What the providers were asked, and what they executed. */
export async function witnessOf(simulatorUrl: string, provider: string | undefined): Promise<WitnessEntry[]> {
  const response = await fetch(`${simulatorUrl}/_witness${provider === undefined ? '' : `?provider=${provider}`}`);
  return ((await response.json()) as { data: WitnessEntry[] }).data;
}

export async function orderFault(simulatorUrl: string, order: FaultOrder): Promise<void> {
  await fetch(`${simulatorUrl}/_control`, { method: 'POST', body: JSON.stringify(order) });
}
