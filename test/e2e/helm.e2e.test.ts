import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { requireHelm } from '../harness/go.ts';
import { pythonWith } from '../harness/python.ts';

const chart = fileURLToPath(new URL('../../deploy/helm/keybrake', import.meta.url));
const KUBERNETES = '1.34';

/** Other values than the chart's own: what is optional is left out, what may be named is. */
const OTHER_VALUES = {
  'gateway.autoscaling.enabled': 'false',
  'networkPolicy.callers[0].namespaceSelector.matchLabels.team': 'agents',
  'networkPolicy.dependencies[0].namespaceSelector.matchLabels.team': 'data',
  'image.tag': '1.2.3',
  'secrets.migrations': 'of-owner',
  'tls.secretName': 'certificate',
};

let helm: string;
let python: string;
let folder: string;
beforeAll(async () => {
  [helm, python, folder] = await Promise.all([
    requireHelm(),
    pythonWith('check-jsonschema and kubernetes-validate', 'test/deploy/requirements.txt', 'deploy-checks'),
    mkdtemp(join(tmpdir(), 'keybrake-helm-')),
  ]);
}, 400_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  expect([args[0], status, status === 0 ? '' : stdout + stderr]).toEqual([args[0], 0, '']);
  return stdout;
}

const render = (values: Readonly<Record<string, string>> = {}) => {
  const sets = Object.entries(values).map(([name, value]) => `--set=${name}=${value}`);
  return run(helm, ['template', 'kb', chart, '--kube-version', `${KUBERNETES}.0`, ...sets]);
};

/** The documents of a kind, as text. */
const ofKind = (rendered: string, kind: string) =>
  rendered.split(/^---$/m).filter((document) => new RegExp(`^kind: ${kind}$`, 'm').test(document));

test('helm lint finds nothing', () => {
  expect(run(helm, ['lint', '--strict', chart])).toContain('0 chart(s) failed');
});

test.each([
  ['its own values', {}],
  ['other values', OTHER_VALUES],
])('rendered with %s every resource is one of Kubernetes, unknown fields refused', async (name, values) => {
  const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`);
  await writeFile(file, render(values));
  const said = run(python, ['-m', 'kubernetes_validate', '--strict', '-k', KUBERNETES, file]);
  expect(said.match(/passed for resource/g)?.length ?? 0).toBeGreaterThanOrEqual(13);
});

test('pods are nobody, write nothing, keep secrets by reference, and are spread and drained one at a time', () => {
  const rendered = render();
  const deployments = ofKind(rendered, 'Deployment');
  expect(deployments).toHaveLength(3);
  for (const pod of [...deployments, ...ofKind(rendered, 'Job')]) {
    for (const held of [
      'runAsNonRoot: true',
      'readOnlyRootFilesystem: true',
      'drop: [ALL]',
      'secretRef: { name: keybrake }',
    ]) {
      expect([held, pod.includes(held)]).toEqual([held, true]);
    }
  }
  for (const pod of deployments) expect(pod.match(/topologyKey:/g)).toHaveLength(2);
  expect(ofKind(rendered, 'PodDisruptionBudget')).toHaveLength(3);
  expect(ofKind(rendered, 'Secret')).toEqual([]);
  const [autoscaler] = ofKind(rendered, 'HorizontalPodAutoscaler');
  expect(autoscaler).toContain('name: keybrake_gateway_calls_in_flight');
  expect(deployments.filter((text) => text.includes('replicas:'))).toHaveLength(2);
});

test('only gateways, and ledgers that settle calls, reach providers', () => {
  for (const values of [{}, OTHER_VALUES]) {
    const reaching = ofKind(render(values), 'NetworkPolicy').filter((policy) => policy.includes('port: 443'));
    const names = reaching.map((policy) => /name: (kb-\S+)/.exec(policy)?.[1]);
    expect(names.sort()).toEqual(['kb-gateway', 'kb-ledger']);
  }
  expect(ofKind(render(OTHER_VALUES), 'HorizontalPodAutoscaler')).toEqual([]);
  expect(render(OTHER_VALUES)).toContain('team: agents');
});

test('each app takes its own secret where one is named, and the shared one where none is', () => {
  const secretsOf = (values: Readonly<Record<string, string>>) => {
    const rendered = render(values);
    const pods = [...ofKind(rendered, 'Deployment'), ...ofKind(rendered, 'Job')];
    const told = (pod: string) => [
      /component: (\S+)/.exec(pod)?.[1] ?? '',
      /secretRef: { name: (\S+) }/.exec(pod)?.[1],
    ];
    return Object.fromEntries(pods.map(told));
  };
  const shared = { gateway: 'keybrake', ledger: 'keybrake', 'admin-api': 'keybrake', migrations: 'keybrake' };
  expect(secretsOf({})).toEqual(shared);
  const own = { 'secrets.gateway': 'of-gateways', 'secrets.ledger': 'of-ledgers', 'secrets.adminApi': 'of-admin' };
  expect(secretsOf({ ...own, 'secrets.migrations': 'of-owner', secretName: 'none' })).toEqual({
    gateway: 'of-gateways',
    ledger: 'of-ledgers',
    'admin-api': 'of-admin',
    migrations: 'of-owner',
  });
  expect(secretsOf({ 'secrets.ledger': 'of-ledgers' })).toEqual({ ...shared, ledger: 'of-ledgers' });
});

test('with a certificate every app listens with it, and is asked so', () => {
  const pods = ofKind(render({ 'tls.secretName': 'certificate' }), 'Deployment');
  for (const pod of pods) {
    expect(pod.match(/scheme: HTTPS/g)).toHaveLength(3);
    expect(pod).toContain('{ name: KEYBRAKE_TLS_CERT_FILE, value: /etc/keybrake/tls/tls.crt }');
    expect(pod).toContain('secretName: certificate');
  }
  expect(render()).not.toContain('KEYBRAKE_TLS');
});

test('where the migrations have a role of their own, months are made and dropped by its job', () => {
  expect(ofKind(render(), 'CronJob')).toEqual([]);
  const [job = ''] = ofKind(render({ 'secrets.migrations': 'of-owner', 'retention.schedule': '1 2 * * *' }), 'CronJob');
  for (const held of [
    'main.retention.js',
    'secretRef: { name: of-owner }',
    'schedule: "1 2 * * *"',
    'runAsNonRoot: true',
  ])
    expect(job).toContain(held);
});
