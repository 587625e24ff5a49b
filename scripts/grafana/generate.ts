import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { buildDashboards, dashboardText } from './dashboards.ts';

// `npm run grafana`: deploy/grafana/dashboards, from the builders beside this file.

const FOLDER = fileURLToPath(new URL('../../deploy/grafana/dashboards/', import.meta.url));

for (const [name, dashboard] of buildDashboards()) {
  await writeFile(`${FOLDER}${name}`, dashboardText(dashboard));
  console.log(`deploy/grafana/dashboards/${name}`);
}
