// Calls as the web server asks for them.

import type { RentalId } from "../../base/index.ts";
import type {
  CallHistoryReply,
  CallsReply,
  SipAccountView,
  SoundCheckRequest,
  SoundCheckView,
} from "../../protocol/index.ts";

export interface CallsConsole {
  /** What is on now, and whether calls can be taken at all. */
  calls(): Promise<CallsReply>;
  /** Newest first, behind the cursor `after` (0: from the newest), 1-500. */
  history(query: { readonly after: number; readonly limit: number }): Promise<CallHistoryReply>;
  /** Errors: `call.unknown`. */
  hangUp(id: string): Promise<void>;
  /** How the last look at the sound went, or goes. */
  check(): SoundCheckView;
  /** Begins one. Errors: `call.check_runs`, `call.check_number`, `slot.unknown`, `call.not_configured`. */
  beginCheck(request: SoundCheckRequest): SoundCheckView;
  accounts(): Promise<readonly SipAccountView[]>;
  /** A new credential, which reaches the renter in a new grant; phones with the old one are signed out. Errors: `rental.unknown`, `rental.not_active`, `call.no_account`. */
  rotate(rental: RentalId): Promise<SipAccountView>;
}
