// The sender rules that the configuration has for a line and for the box.

import type { LineId } from "../base/index.ts";
import type { BoxConfig } from "../config/index.ts";
import type { SenderLevels, SenderRules } from "../core/index.ts";

type Configured = BoxConfig["intake"]["sender_policy"];

const rulesOf = ({ presets, allow, deny }: Configured): SenderRules => ({ presets: presets ?? null, allow, deny });

/** Rules of a line, null where it has none, and of the box, as they are now. */
export function senderLevels(current: () => BoxConfig): (line: LineId) => SenderLevels {
  let [known, levels] = [current(), levelsOf(current())];
  return (line) => {
    const config = current();
    if (config !== known) [known, levels] = [config, levelsOf(config)];
    return levels(line);
  };
}

function levelsOf(config: BoxConfig): (line: LineId) => SenderLevels {
  const box = rulesOf(config.intake.sender_policy);
  const lines = new Map<string, SenderRules>(
    config.lines.flatMap(({ id, sender_policy }) =>
      sender_policy === undefined ? [] : [[id, rulesOf(sender_policy)]],
    ),
  );
  return (line) => [lines.get(line) ?? null, box];
}
