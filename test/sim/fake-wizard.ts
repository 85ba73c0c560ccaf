// A first run that somebody has been through, for pages over a fake box.

import { AppError } from "../../src/base/index.ts";
import { Wizard, type WizardConsole } from "../../src/core/index.ts";
import { MemorySettings } from "./memory-settings.ts";

const notHere = (): never => {
  throw new AppError("web.not_found", "the fake box has none of this");
};

/** `finished`: the overview does not ask to go on with it. */
export function fakeWizard({ finished }: { readonly finished: boolean }): WizardConsole {
  const settings = new MemorySettings();
  settings.values.set("wizard.progress", JSON.stringify({ finished, steps: {} }));
  const wizard = new Wizard(settings);
  return {
    view: () => wizard.view(),
    mark: (mark) => wizard.mark(mark),
    network: async () => ({ findings: [] }),
    identity: async () => ({ name: "fake", verify: "A".repeat(43), backed_up_at: null, replaceable: true }),
    backup: async () => notHere(),
    confirmBackup: async () => notHere(),
    importIdentity: async () => notHere(),
    testNode: async () => ({ findings: [] }),
    testRelay: async () => ({ findings: [] }),
  };
}
