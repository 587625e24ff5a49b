import { expect, test } from 'vitest';
import { readEnvironment } from '../environment.js';
import { chooseTarget, parseBaseUrl } from './connection.js';

const config = { url: 'https://kept.example', tokenFile: '/kept/token' };
const none = { url: undefined, token: undefined, tokenFile: undefined };

test('the command line goes before the environment, and that before the config', () => {
  expect(chooseTarget({}, none, config)).toEqual({ baseUrl: 'https://kept.example', token: { file: '/kept/token' } });
  const environment = { url: 'https://env.example/', token: 'kbt_env', tokenFile: undefined };
  expect(chooseTarget({}, environment, config)).toEqual({
    baseUrl: 'https://env.example',
    token: { text: 'kbt_env', from: 'KEYBRAKE_TOKEN' },
  });
  const options = { url: 'http://given.example:4001', tokenFile: '-' };
  expect(chooseTarget(options, environment, config)).toEqual({ baseUrl: options.url, token: { file: '-' } });
  expect(chooseTarget({}, none, undefined)).toEqual({ baseUrl: undefined, token: undefined });
});

test('the kept token is for the kept address only', () => {
  expect(chooseTarget({ url: 'https://kept.example/' }, none, config).token).toEqual({ file: '/kept/token' });
  expect(() => chooseTarget({ url: 'https://evil.example' }, none, config)).toThrow('is for https://kept.example');
  const twice = { ...none, token: 'a', tokenFile: 'b' };
  expect(() => chooseTarget({}, twice, undefined)).toThrow('are both set');
});

test.each(['kept.example', 'ftp://kept.example', 'http://name:secret@kept.example', ''])('%j is no address', (text) => {
  expect(() => parseBaseUrl(text)).toThrow();
});

test('an empty variable counts as absent; the config stands where the desktop says', () => {
  const read = readEnvironment({ KEYBRAKE_URL: '', KEYBRAKE_TOKEN: 'kbt_x', XDG_CONFIG_HOME: '/home/x/.cfg' });
  expect(read).toMatchObject({ url: undefined, token: 'kbt_x', configFile: '/home/x/.cfg/keybrake/cli.json' });
  expect(readEnvironment({ KEYBRAKE_CLI_CONFIG: '/etc/kb.json' }).configFile).toBe('/etc/kb.json');
});
