// REST as the pages use it.

import {
  type AddPhoneRequest,
  type GrantRequest,
  type JoinPhoneRequest,
  type PhoneInvitation,
  type PhoneView,
  phoneInvitation,
  phonesReply,
  phoneView,
  type RentalView,
  rentalView,
  type WizardView,
  wizardView,
} from "../../protocol/index.ts";
import type { SetupRequest } from "../shared/api.ts";
import { type SessionReply, sessionReply } from "../shared/session.ts";
import { type FleetApi, fleetApi } from "./api-fleet.ts";
import { call } from "./call.ts";

export interface Api extends FleetApi {
  session(): Promise<SessionReply>;
  setUp(request: SetupRequest): Promise<SessionReply>;
  signIn(password: string, name?: string): Promise<SessionReply>;
  secondStep(ticket: string, code: string): Promise<SessionReply>;
  signOut(): Promise<SessionReply>;
  grant(request: GrantRequest): Promise<RentalView>;
  endRental(id: string): Promise<RentalView>;
  wizard(): Promise<WizardView>;
  phones(): Promise<readonly PhoneView[]>;
  addPhone(request: AddPhoneRequest): Promise<PhoneInvitation>;
  removePhone(name: string): Promise<readonly PhoneView[]>;
  joinPhone(secret: string, request: JoinPhoneRequest): Promise<PhoneView>;
}

const phonePath = (name: string): string => `/api/v1/phones/${encodeURIComponent(name)}`;

export const api: Api = {
  ...fleetApi,
  session: () => call(sessionReply, "GET", "/api/v1/session"),
  setUp: (request) => call(sessionReply, "POST", "/api/v1/setup", { body: request }),
  signIn: (password, name = "owner") => call(sessionReply, "POST", "/api/v1/session", { body: { name, password } }),
  secondStep: (ticket, code) => call(sessionReply, "POST", "/api/v1/session/second-step", { body: { ticket, code } }),
  signOut: () => call(sessionReply, "DELETE", "/api/v1/session"),
  grant: (request) => call(rentalView, "POST", "/api/v1/rentals", { body: request }),
  endRental: (id) => call(rentalView, "POST", `/api/v1/rentals/${encodeURIComponent(id)}/end`),
  wizard: () => call(wizardView, "GET", "/api/v1/wizard"),
  phones: async () => (await call(phonesReply, "GET", "/api/v1/phones")).phones,
  addPhone: (request) => call(phoneInvitation, "POST", "/api/v1/phones", { body: request }),
  removePhone: async (name) => (await call(phonesReply, "DELETE", phonePath(name))).phones,
  joinPhone: (secret, request) =>
    call(phoneView, "POST", `/api/v1/phone-join/${encodeURIComponent(secret)}`, { body: request }),
};
