/** The first value of a metric, from a process's own /metrics. */
export async function figureOf(url: string, name: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  const line = metrics.split('\n').find((one) => one.startsWith(`${name} `) || one.startsWith(`${name}{`));
  if (line === undefined) throw new Error(`${url} has no metric ${name}`);
  return Number(line.split(' ').at(-1));
}
