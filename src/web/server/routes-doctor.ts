// REST: what the doctor finds. It looks through the whole database, so it is not for mere readers.

import type { DoctorConsole } from "../../core/index.ts";
import { doctorView } from "../../protocol/index.ts";
import { type Operation, operation } from "./operation.ts";

export function doctorOperations(doctor: DoctorConsole): readonly Operation[] {
  // Several at a time share one examination.
  let running: ReturnType<DoctorConsole["examine"]> | null = null;
  return [
    operation({
      ...{ method: "get", path: "/doctor", scope: "operate", tag: "Box", reply: doctorView },
      summary: "Examine the box and say the remedy of each fault",
      run: () => {
        running ??= doctor.examine().finally(() => {
          running = null;
        });
        return running;
      },
    }),
  ];
}
