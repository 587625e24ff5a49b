import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { precompress } from './precompress.ts';

// `vite` alone serves the sources while you edit; the API comes from a Keybrake that runs beside it.
const api = process.env.KEYBRAKE_ADMIN_URL ?? 'http://127.0.0.1:4001';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    // Nothing inline: the content security policy takes files of our own only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // What all pages share is one file: twenty small ones would wait for each other.
      output: { codeSplitting: { groups: [{ name: 'shared', test: /src\/(?:api|data|format|ui)\// }] } },
      // "use client" marks of libraries mean nothing here.
      onLog: (level, log, write) => (log.code === 'MODULE_LEVEL_DIRECTIVE' ? undefined : write(level, log)),
    },
  },
  plugins: [precompress()],
  server: { proxy: { '/v1': api, '/docs': api, '/openapi.json': api } },
});
