// The button that adds hardware. While the window is open it says so and for how long, whatever else is on screen.

import { useEffect, useState } from "preact/hooks";
import { Icon } from "../../../page-parts/index.ts";
import { useApp, useSelect, useWords } from "../app-context.ts";
import { windowLeft } from "../hardware.ts";
import { Lazy } from "../parts/lazy.tsx";

const loadDialog = async () => (await import("./hardware-dialog.tsx")).HardwareDialog;

/** Asked once when the overview opens: somebody may have opened the window from elsewhere. */
function useWindowLeft(): string | null {
  const { controller, words } = useApp();
  useEffect(() => void controller.slots.loadHardware(), []);
  return useSelect(({ hardware, now }) => {
    const left = hardware === null ? null : windowLeft(hardware, now);
    return left === null ? null : words.clock(left);
  });
}

export function AddHardware() {
  const words = useWords();
  const left = useWindowLeft();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button
        type="button"
        class={`small add-hardware${left === null ? "" : " is-open"}`}
        onClick={() => setOpen(true)}
      >
        <Icon name="plus" />
        {words.t("hardware.add")}
        {left !== null && <span class="add-hardware-left">{left}</span>}
      </button>
      {isOpen && <Lazy load={loadDialog}>{(HardwareDialog) => <HardwareDialog onClose={() => setOpen(false)} />}</Lazy>}
    </>
  );
}
