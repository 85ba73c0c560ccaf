// In Spanish: another tier for a rental that runs.

import type { Translation } from "../en.ts";

export const esUpgrade: Translation = {
  "nav.upgrade": "Ampliar",
  "upgrade.open": "Ampliar",
  "upgrade.title": "Ampliar este número",
  "upgrade.now": "Ahora",
  "upgrade.next": "Después",
  "upgrade.minute": "Un minuto de llamada",
  "upgrade.gain.sms_only": "Recibe SMS.",
  "upgrade.gain.sms_voice_video":
    "Pueden llamarle a este número y usted puede llamar con él, en Linphone o en cualquier teléfono SIP. Los SMS llegan como antes.",
  "upgrade.total": "Precio",
  "upgrade.about": "unos {price}",
  "upgrade.most": "{price} como mucho",
  "upgrade.price":
    "Paga la diferencia por el tiempo que queda. El equipo del proveedor responde con el precio exacto, que usted ve antes de pagar; más de {price} se rechaza.",
  "upgrade.same": "El número, la clave y el final siguen siendo los mismos.",
  "upgrade.submit": "Pedir la ampliación",
  "upgrade.open_order": "Hay una ampliación de este número sin terminar",
  "upgrade.none": "No se ofrece nada más para este número",
  "upgrade.none.text": "Puede conservarlo como está o alquilar otro.",
  "order.what.upgrade": "{tier}, por el tiempo que queda",
  "order.upgraded": "Ampliado",
  "order.upgraded.text": "Ahora recibe llamadas: configure un teléfono en su entrada. Los SMS llegan como antes.",
  "problem.market.other_provider": "Ahora publica esta oferta otro proveedor, no el que le alquila el número.",
  "hint.market.other_provider": "No pague nada antes de saber por qué.",
};
