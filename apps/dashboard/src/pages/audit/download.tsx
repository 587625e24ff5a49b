import { Download as Icon } from 'lucide-react';
import { api } from '../../api/api.ts';
import button from '../../ui/button.module.css';
import type { AuditFilters } from './filter-names.ts';

/** All that matches, streamed to a file by the browser itself. */
export const Download = ({ filters }: { filters: AuditFilters }) =>
  (['csv', 'ndjson'] as const).map((format) => (
    <a key={format} className={button.button} href={api.auditExportUrl(format, filters)} download>
      <Icon size={15} aria-hidden="true" /> {format.toUpperCase()}
    </a>
  ));
