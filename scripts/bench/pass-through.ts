import { createServer } from 'node:http';
import { Pool } from 'undici';

// The least a proxy in Node can cost: node:http in, undici out, nothing looked at. What Keybrake is compared with.
const { PASS_THROUGH_PORT = '0', PASS_THROUGH_ORIGIN = '' } = process.env;
const upstream = new Pool(PASS_THROUGH_ORIGIN, { connections: 128 });

async function forward(method: string, path: string, headers: Record<string, string>, body: Buffer) {
  const { statusCode, body: answer } = await upstream.request({ method: method as 'POST', path, headers, body });
  return { statusCode, bytes: Buffer.from(await answer.arrayBuffer()) };
}

createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    if (request.url === '/readyz') return void response.end('{}');
    if (request.url === '/metrics') {
      const { user, system } = process.cpuUsage();
      return void response.end(
        `process_cpu_seconds_total ${(user + system) / 1e6}\nprocess_resident_memory_bytes ${process.memoryUsage.rss()}\n`,
      );
    }
    const { authorization = '', 'content-type': type = '', 'idempotency-key': key = '' } = request.headers;
    const headers = { authorization, 'content-type': type, 'idempotency-key': String(key) };
    forward(request.method ?? 'POST', request.url ?? '/', headers, Buffer.concat(chunks)).then(
      ({ statusCode, bytes }) => response.writeHead(statusCode, { 'content-length': bytes.length }).end(bytes),
      () => response.writeHead(502).end(),
    );
  });
}).listen(Number(PASS_THROUGH_PORT), '127.0.0.1');
process.once('SIGTERM', () => process.exit(0));
