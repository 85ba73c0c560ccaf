// REST as the first-run wizard uses it.

import { seconds } from "../../base/index.ts";
import {
  type FindingsReply,
  findingsReply,
  identityImportReply,
  type NodeTestRequest,
  type OwnIdentityView,
  ownIdentityView,
  type RelayTestRequest,
  type WizardMark,
  type WizardView,
  wizardView,
} from "../../protocol/index.ts";
import { call, fetchText } from "./call.ts";

/** Longer than the box gives node and relay. */
const ASKING = seconds(60);
const path = (rest: string): string => `/api/v1/wizard${rest}`;

export const wizardApi = {
  mark: (mark: WizardMark): Promise<WizardView> => call(wizardView, "PATCH", path(""), { body: mark }),
  network: (): Promise<FindingsReply> => call(findingsReply, "GET", path("/network"), { timeout: ASKING }),
  /** The sealed key file. */
  backup: (passphrase: string): Promise<string> =>
    fetchText("POST", path("/identity/backup"), { body: { passphrase }, timeout: ASKING }),
  confirm: (text: string, passphrase: string): Promise<OwnIdentityView> =>
    call(ownIdentityView, "POST", path("/identity/confirm"), { body: { text, passphrase }, timeout: ASKING }),
  importIdentity: (text: string, passphrase: string) =>
    call(identityImportReply, "POST", path("/identity/import"), {
      body: { text, ...(passphrase === "" ? {} : { passphrase }) },
      timeout: ASKING,
    }),
  testNode: (request: NodeTestRequest): Promise<FindingsReply> =>
    call(findingsReply, "POST", path("/node/test"), { body: request, timeout: ASKING }),
  testRelay: (request: RelayTestRequest): Promise<FindingsReply> =>
    call(findingsReply, "POST", path("/relay/test"), { body: request, timeout: ASKING }),
};
