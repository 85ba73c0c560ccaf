// Names that the wallet owns: what the doctor compares with what the box remembers.

import { z } from "zod";
import type { RpcSession } from "./rpc-session.ts";

/** Expired names and those that were given away are left out of what counts; values are not read. */
const rows = z.array(
  z.object({ name: z.string(), expired: z.literal(true).optional(), transferred: z.literal(true).optional() }),
);

/** Active names of the wallet. May take a second for a few thousand. */
export async function ownNames(session: RpcSession): Promise<readonly string[]> {
  const found = await session.read("name_list", [], { reply: rows });
  return found.filter(({ expired, transferred }) => !expired && !transferred).map(({ name }) => name);
}
