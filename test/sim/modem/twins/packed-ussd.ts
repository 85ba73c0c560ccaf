// USSD as Huawei's sticks want it: the code as packed septets in hex, and the answer likewise (TS 23.038 6.1.2.3).

import { packedText, packSeptets, textToSeptets } from "../../../../src/sms/gsm7.ts";
import { DEFAULT_GSM7 } from "../../../../src/sms/gsm7-alphabet.ts";
import type { Behaviour } from "../behaviour.ts";

function packedHex(text: string): string {
  const septets = (textToSeptets(text, DEFAULT_GSM7) ?? []).flat();
  return Buffer.from(packSeptets(septets, 0)).toString("hex").toUpperCase();
}

function unpackedHex(hex: string): string {
  const packed = Buffer.from(hex, "hex");
  // Seven spare bits are filled with CR, or read as @.
  return packedText(packed, { from: 0, to: Math.floor((packed.length * 8) / 7) }, DEFAULT_GSM7).replace(/[@\r]$/, "");
}

export function packedUssd(): Behaviour {
  const self: Behaviour = {
    name: "packed USSD",
    onCommand: (context, command) => {
      const [mode, code = ""] = command.values;
      if (command.name !== "+CUSD" || command.kind !== "set" || mode !== "1" || code === "") return false;
      if (!/^(?:[0-9A-F]{2})+$/i.test(code)) {
        context.fail("ERROR");
        return true;
      }
      const { behaviours } = context.modem;
      const text = { ...command, values: [mode, unpackedHex(code)] };
      return behaviours.slice(behaviours.indexOf(self) + 1).some((layer) => layer.onCommand(context, text));
    },
    onUrc: (lines) =>
      lines.map((line) =>
        line.replace(/^(\+CUSD: \d,)"(.*)"/, (_, head: string, text: string) => `${head}"${packedHex(text)}"`),
      ),
  };
  return self;
}
