import { styleText } from 'node:util';

/** Prints a story and keeps count of the lines that are not as promised. */
export class Telling {
  broken = 0;
  kept = 0;

  chapter(title: string, what: string): void {
    console.log(`\n${styleText('bold', title)}\n  ${what}`);
  }

  raw(text: string): void {
    console.log(`  ${styleText('dim', 'raw key   ')} ${text}`);
  }

  /** A line of the governed story, with what was promised of it. */
  governed(text: string, asPromised: boolean): void {
    const mark = asPromised ? styleText('green', 'as promised') : styleText('red', 'NOT AS PROMISED');
    console.log(`  ${styleText('cyan', 'Keybrake  ')} ${text}  ${mark}`);
    if (asPromised) this.kept += 1;
    else this.broken += 1;
  }
}

/** What an agent saw of a refusal: status and the provider-shaped message. */
export async function refusalOf(call: Promise<unknown>): Promise<{ status: number; message: string }> {
  try {
    await call;
    return { status: 200, message: 'no error' };
  } catch (error) {
    const { statusCode, message } = error as { statusCode?: number; message?: string };
    return { status: statusCode ?? 0, message: message ?? String(error) };
  }
}
