// What a person who helps wants to see, in parts that the owner reads before they leave the box.

import { type AppError, isAppError } from "../../base/index.ts";
import type { SupportView } from "../../protocol/index.ts";
import { maskData } from "./mask.ts";

/** A part and where it comes from. A part that fails is told as such and spoils no other. */
export interface SupportSource {
  readonly id: SupportView["parts"][number]["id"];
  readonly read: () => Promise<unknown> | unknown;
}

const problemOf = (error: unknown): Pick<AppError, "code"> => ({
  code: isAppError(error) ? error.code : "support.failed",
});

/** All parts, masked. */
export async function supportBundle(sources: readonly SupportSource[], at: number): Promise<SupportView> {
  const parts = await Promise.all(
    sources.map(async ({ id, read }) => {
      try {
        return { id, content: maskData(await read()) };
      } catch (error) {
        return { id, content: { not_available: problemOf(error).code } };
      }
    }),
  );
  return { made_at: at, parts };
}
