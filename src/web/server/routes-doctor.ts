// REST: what the doctor finds. It looks through the whole database, so it is for writers.

import { type Request, type Response, Router } from "express";
import type { DoctorConsole } from "../../core/index.ts";
import { doctorView } from "../../protocol/index.ts";
import { type Access, allowWith } from "./access.ts";
import { reply } from "./exchange.ts";

export interface DoctorRoutesDeps {
  readonly doctor: DoctorConsole;
  readonly access: Access;
}

export function doctorRoutes({ doctor, access }: DoctorRoutesDeps): Router {
  const router = Router();
  // Several at a time share one examination.
  let running: ReturnType<DoctorConsole["examine"]> | null = null;
  router.get("/doctor", allowWith(access)("operate"), async (_request: Request, response: Response) => {
    running ??= doctor.examine().finally(() => {
      running = null;
    });
    reply(response, doctorView, await running);
  });
  return router;
}
