// How far the owner is with the first-run wizard. It holds no settings of its own: each step's result is stored where it belongs, and
// this only remembers what was seen, so that the wizard can be left and taken up again anywhere.

import { z } from "zod";
import { SerialQueue } from "../base/index.ts";
import {
  parseJsonWith,
  type WizardMark,
  type WizardStep,
  type WizardView,
  wizardStep,
  wizardStepState,
} from "../protocol/index.ts";
import type { SettingStore } from "./ports-store.ts";

const SETTING = "wizard.progress";

const progress = z.object({
  finished: z.boolean(),
  steps: z.partialRecord(wizardStep, wizardStepState),
});
export type WizardProgress = z.infer<typeof progress>;

export const noProgress: WizardProgress = { finished: false, steps: {} };

export function markWizard(before: WizardProgress, mark: WizardMark): WizardProgress {
  if ("finished" in mark) return { ...before, finished: mark.finished };
  return { ...before, steps: { ...before.steps, [mark.step]: mark.state } };
}

/** Steps in their order, each with its state. */
export function viewWizard({ finished, steps }: WizardProgress): WizardView {
  return { finished, steps: wizardStep.options.map((id: WizardStep) => ({ id, state: steps[id] ?? "todo" })) };
}

export class Wizard {
  readonly #settings: SettingStore;
  readonly #queue = new SerialQueue("wizard");

  constructor(settings: SettingStore) {
    this.#settings = settings;
  }

  async view(): Promise<WizardView> {
    return viewWizard(await this.#read());
  }

  /** Resolves after it is durable. */
  mark(mark: WizardMark): Promise<WizardView> {
    return this.#queue.run(async () => {
      const next = markWizard(await this.#read(), mark);
      await this.#settings.setSetting(SETTING, JSON.stringify(next));
      return viewWizard(next);
    });
  }

  stop(): void {
    this.#queue.stop();
  }

  async #read(): Promise<WizardProgress> {
    const text = await this.#settings.getSetting(SETTING);
    return text === null ? noProgress : parseJsonWith(progress, text, "wizard.bad_progress", "The wizard's progress");
  }
}
