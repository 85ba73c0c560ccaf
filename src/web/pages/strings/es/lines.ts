// Texts of the pool of numbers and of delivery, in Spanish.

import type { Translation } from "../en.ts";

export const esLines: Translation = {
  "nav.lines": "Números",
  "nav.delivery": "Entrega",
  "lines.number": "Número",
  "lines.state": "Estado",
  "lines.state.free": "Libre",
  "lines.state.rented": "Alquilado",
  "lines.state.resting": "En reposo",
  "lines.left": "quedan {span}",
  "lines.slot": "SIM en",
  "lines.no_slot": "ninguna ranura",
  "lines.listing": "Anuncio",
  "lines.denied": "Descartados sin leer",
  "lines.none": "Aún no hay números",
  "lines.none.text": "Abra una ranura con una SIM y dele su número.",
  "delivery.messages": "Recibidos",
  "delivery.waiting": "En espera aquí",
  "delivery.relay": "En el relay",
  "delivery.acknowledged": "Confirmados",
  "delivery.none": "Aún no se ha entregado nada",
  "delivery.none.text": "En cuanto un número alquilado reciba un SMS, su camino se mostrará aquí.",
};
