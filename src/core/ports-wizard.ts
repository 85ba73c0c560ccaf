// The use cases of the first-run wizard behind REST and console.

import type { Secret } from "../base/index.ts";
import type {
  FindingsReply,
  NodeTestRequest,
  OwnIdentityView,
  RelayTestRequest,
  WizardMark,
  WizardView,
} from "../protocol/index.ts";

export interface WizardConsole {
  view(): Promise<WizardView>;
  mark(mark: WizardMark): Promise<WizardView>;
  /** Addresses, name service, time, and what the box is configured to reach. */
  network(): Promise<FindingsReply>;
  identity(): Promise<OwnIdentityView>;
  /** The identity sealed by a passphrase, as `identity export --encrypt` writes it. */
  backup(passphrase: Secret<string>): Promise<{ readonly fileName: string; readonly text: string }>;
  /** The owner shows that he has the backup and can open it. Errors: `wizard.other_identity`, those of the key file. */
  confirmBackup(text: string, passphrase: Secret<string>): Promise<OwnIdentityView>;
  /**
   * Takes another identity in place of the box's, from the next start on. Errors: `wizard.identity_in_use`, `keyfile.*`, `keystore.*`.
   */
  importIdentity(
    text: string,
    passphrase: Secret<string> | null,
  ): Promise<{ readonly name: string; readonly verify: string; readonly restartNeeded: boolean }>;
  /** Asks a node by what was typed, and stores nothing. */
  testNode(request: NodeTestRequest): Promise<FindingsReply>;
  /** Asks a relay whether it is one, and whether it knows this box. */
  testRelay(request: RelayTestRequest): Promise<FindingsReply>;
}
