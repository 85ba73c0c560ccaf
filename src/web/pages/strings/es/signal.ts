// In Spanish: texts of the charts of signal.

import type { Translation } from "../en.ts";

export const esSignal: Translation = {
  "nav.signal": "Señal",
  "signal.title": "Señal",
  "signal.span": "Periodo mostrado",
  "signal.hours": "{n} h",
  "signal.figures": "De {lowest} a {highest} dBm, la mitad del tiempo por encima de {median}",
  "signal.silent": "{span} sin señal",
  "signal.never": "Sin señal en todo este tiempo",
  "signal.soon": "El equipo toma una lectura por minuto y conserva un día. La gráfica empieza con la segunda.",
  "signal.chart": "Señal a lo largo del tiempo; las flechas leen cada medida",
  "signal.table": "Hora por hora",
  "signal.hour": "Desde",
  "signal.lowest": "Mínimo",
  "signal.median": "Mediana",
  "signal.highest": "Máximo",
  "signal.silence": "Sin señal",
  "signal.all.text":
    "Las últimas 24 horas; cada punto es el peor de 15 minutos y todos comparten la escala de −115 a −50 dBm.",
  "signal.order": "Orden",
  "signal.order.slot": "Por ranura",
  "signal.order.worst": "Las peores primero",
  "signal.none": "Ninguna ranura con señal",
  "signal.none.text": "Los módems la tienen; las pasarelas y los teléfonos no la indican.",
};
