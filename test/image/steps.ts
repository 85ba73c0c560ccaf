// A list of steps, each with what it measured; a table for people and JSON for machines. A step that fails does not hide the others, unless
// they need it.

import { writeFile } from "node:fs/promises";

export type Figures = Readonly<Record<string, number | string>>;

export interface StepResult {
  readonly name: string;
  readonly passed: boolean;
  /** Seconds. */
  readonly took: number;
  readonly figures: Figures;
  readonly reason?: string;
}

export class Steps {
  readonly results: StepResult[] = [];
  readonly #say: (text: string) => void;

  constructor(say: (text: string) => void) {
    this.#say = say;
  }

  /** Runs one step. Returns whether it passed. */
  async run(name: string, work: () => Promise<Figures>): Promise<boolean> {
    const begun = performance.now();
    const took = () => Math.round((performance.now() - begun) / 1000);
    this.#say(`${name} …`);
    try {
      const figures = await work();
      this.results.push({ name, passed: true, took: took(), figures });
      this.#say(`ok: ${name} (${took()} s) ${JSON.stringify(figures)}`);
      return true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.results.push({ name, passed: false, took: took(), figures: {}, reason });
      this.#say(`FAILED: ${name} (${took()} s): ${reason}`);
      return false;
    }
  }

  get passed(): boolean {
    return this.results.length > 0 && this.results.every(({ passed }) => passed);
  }

  table(): string {
    const width = Math.max(...this.results.map(({ name }) => name.length));
    const rows = this.results.map(({ name, passed, took, figures, reason }) => {
      const shown = Object.entries(figures).map(([key, value]) => `${key} ${value}`);
      const text = reason === undefined ? shown.join(", ") : (reason.split("\n")[0] ?? "");
      return `${passed ? "ok  " : "FAIL"}  ${name.padEnd(width)}  ${String(took).padStart(5)} s  ${text}`;
    });
    return rows.join("\n");
  }

  async save(file: string): Promise<void> {
    await writeFile(file, `${JSON.stringify({ passed: this.passed, steps: this.results }, null, 2)}\n`);
  }
}
