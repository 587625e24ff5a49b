import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { PROBLEM_CODES } from './problem-codes.js';

const escaped = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const SECTIONS = Object.entries(PROBLEM_CODES).map(
  ([code, { status, meaning, remedy }]) =>
    `<h2 id="${code}">${code}</h2>\n<p>${status}. ${escaped(meaning)}</p>\n<p><b>What to do:</b> ${escaped(remedy)}</p>`,
);

const PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Problems · Keybrake</title></head>
<body>
<h1>What a refusal of the admin API means</h1>
<p>Refusals are <code>application/problem+json</code> (RFC 9457); <code>code</code> is stable, <code>detail</code> is for people.</p>
${SECTIONS.join('\n')}
</body>
</html>
`;

/** Where the `type` of a refusal leads: `/docs/problems#code`. */
export function serveProblemPage(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .get('/docs/problems', (_request, reply) =>
      reply
        .header('content-type', 'text/html; charset=utf-8')
        .header('content-security-policy', "default-src 'none'; frame-ancestors 'none'")
        .send(PAGE),
    );
}
