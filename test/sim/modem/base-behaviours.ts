// The layers of a generic 3GPP modem.

import type { Behaviour } from "./behaviour.ts";
import { callBehaviour } from "./behaviour-calls.ts";
import { identityBehaviour } from "./behaviour-identity.ts";
import { lineBehaviour } from "./behaviour-line.ts";
import { messageSettingsBehaviour } from "./behaviour-message-settings.ts";
import { messageBehaviour } from "./behaviour-messages.ts";
import { networkBehaviour } from "./behaviour-network.ts";
import { serviceBehaviour } from "./behaviour-services.ts";
import { ussdBehaviour } from "./behaviour-ussd.ts";

/** A fresh stack for one modem; some layers keep state. */
export function baseBehaviours(): Behaviour[] {
  return [
    callBehaviour(),
    lineBehaviour(),
    messageBehaviour(),
    messageSettingsBehaviour(),
    networkBehaviour(),
    identityBehaviour(),
    serviceBehaviour(),
    ussdBehaviour(),
  ];
}
