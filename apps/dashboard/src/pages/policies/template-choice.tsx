import type { PolicyTemplate } from '../../api/types.ts';
import styles from './policies.module.css';

export interface TemplateChoiceProps {
  readonly templates: readonly PolicyTemplate[];
  readonly onChoose: (template: PolicyTemplate) => void;
  readonly onBlank?: () => void;
}

export function TemplateChoice({ templates, onChoose, onBlank }: TemplateChoiceProps) {
  return (
    <div className={styles.templates}>
      {templates.map((template) => (
        <button key={template.id} type="button" className={styles.template} onClick={() => onChoose(template)}>
          <span className={styles.templateName}>{template.policy.name}</span>
          <span className={styles.class}>{template.description}</span>
        </button>
      ))}
      {onBlank === undefined ? null : (
        <button type="button" className={styles.template} onClick={onBlank}>
          <span className={styles.templateName}>An empty policy</span>
          <span className={styles.class}>Allows nothing until you choose.</span>
        </button>
      )}
    </div>
  );
}
