import type { Commands } from '../command-line.js';
import { type Finding, type FindingState, worstOf } from '../doctor/finding.js';
import { CliError, EXIT } from '../exit-codes.js';
import { escapeText } from '../output/escape.js';
import type { Terminal } from '../output/terminal.js';

export const doctorCommands: Commands = (line, run) =>
  line.command(
    'doctor',
    'check settings, servers and processes, and say what to do',
    (one) =>
      one
        .example('keybrake doctor', 'what can be seen from here')
        .example('env $(cat keybrake.env) keybrake doctor', 'with the settings of a process, its servers too'),
    run(async (context) => {
      // Only here: the code of the processes takes a second to load.
      const { examine } = await import('../doctor/examine.js');
      const findings = await examine(context.options, context.environment);
      const worst = worstOf(findings);
      await context.show({ worst, findings }, () =>
        findings.map((finding) => told(finding, context.terminal)).join(''),
      );
      if (worst === 'fail') throw new CliError(EXIT.refused, 'something is wrong: see the fixes above');
      if (worst === 'warn') throw new CliError(EXIT.warnings, 'nothing is broken, but there is something to mind');
    }),
  );

const MARK: Record<FindingState, readonly [text: string, style: 'green' | 'yellow' | 'red' | 'dim']> = {
  ok: ['ok  ', 'green'],
  skipped: ['–   ', 'dim'],
  warn: ['warn', 'yellow'],
  fail: ['FAIL', 'red'],
};

function told({ check, state, detail, fix }: Finding, terminal: Terminal): string {
  const [text, style] = MARK[state];
  const line = `${terminal.style(style, text)}  ${check}: ${escapeText(detail)}\n`;
  return fix === undefined ? line : `${line}      → ${escapeText(fix)}\n`;
}
