// Supplementary services: caller identification (TS 27.007 7.6).

import type { Behaviour } from "./behaviour.ts";
import { numberSetting, tableBehaviour } from "./handlers.ts";

export function serviceBehaviour(): Behaviour {
  return tableBehaviour("services", {
    "+CLIP": numberSetting({
      range: "(0,1)",
      max: 1,
      read: ({ modem }) => `${modem.settings.clip},1`,
      write: ({ modem }, value) => {
        modem.settings.clip = value;
      },
    }),
  });
}
