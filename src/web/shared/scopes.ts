// What a visitor may do. Roles of people and scopes of API tokens are both made of these.

import { z } from "zod";

/**
 * `read`: every GET and the live feed. `operate`: slots, USSD, rentals, orders. `manage`: settings, people, keys, money, publications.
 * `content`: the text of messages that the owner keeps for himself.
 */
export const apiScope = z.enum(["read", "operate", "manage", "content"]);
export type ApiScope = z.infer<typeof apiScope>;

export const role = z.enum(["owner", "operator", "viewer"]);
export type Role = z.infer<typeof role>;

export const SCOPES_OF: Readonly<Record<Role, readonly ApiScope[]>> = {
  owner: ["read", "operate", "manage", "content"],
  operator: ["read", "operate"],
  viewer: ["read"],
};
