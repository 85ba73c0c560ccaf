// The use cases behind REST, WebSocket and console: the web adapter knows the box only through this.

import type { Disposer, RentalId } from "../base/index.ts";
import type { BoxEvent, GrantRequest, LineView, LiveFrame, Overview, RentalView, SlotView } from "../protocol/index.ts";

export interface BoxConsole {
  overview(): Promise<Overview>;
  slots(): readonly SlotView[];
  lines(): Promise<readonly LineView[]>;
  rentals(): Promise<readonly RentalView[]>;
  /** Events behind `after`, oldest first, at most `limit` (1-500). */
  events(options: { readonly after: number; readonly limit: number }): readonly BoxEvent[];
  /** Errors: `rental.unknown_line`, `rental.line_rented`, `rental.line_resting`, `rental.bad_keys`, `rental.clock_in_doubt`. */
  grant(request: GrantRequest): Promise<RentalView>;
  /** Ends now. Errors: `rental.unknown`, `rental.not_active`. */
  endRental(id: RentalId): Promise<RentalView>;
  /** Renters' signed receipts behind `after`, each the receipt's canonical JSON. */
  receipts(options: {
    readonly after: number;
    readonly limit: number;
  }): Promise<readonly { readonly cursor: number; readonly rental_id: RentalId; readonly receipt: string }[]>;
  /** Changes as they happen: `overview`, `slot`, `rentals`, `event`, `sms` and `call` frames (never `snapshot`). */
  onChange(listener: (frame: LiveFrame) => void): Disposer;
}
