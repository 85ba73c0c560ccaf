// Comes before everything that makes a schema: zod would try out `new Function`, which the content security policy forbids and reports.

import { z } from "zod";

z.config({ jitless: true });
