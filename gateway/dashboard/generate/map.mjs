// Writes src/map/world.ts from the package world-atlas (Natural Earth, public domain), as paths in an equal-area view:
//   node generate/map.mjs
import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { feature } from "topojson-client";

const require = createRequire(import.meta.url);
const countries = require("i18n-iso-countries");
const atlas = require("world-atlas/countries-110m.json");
const WIDTH = 960;
/** Without a code of their own in the atlas. */
const BY_NAME = { Kosovo: "XK", "N. Cyprus": "CY", Somaliland: "SO" };

/** Equal Earth (Šavrič, Patterson, Jenny 2018): longitude and latitude in degrees to x and y. */
function project([longitude, latitude]) {
  const [a1, a2, a3, a4] = [1.340264, -0.081106, 0.000893, 0.003796];
  const theta = Math.asin((Math.sqrt(3) / 2) * Math.sin((latitude * Math.PI) / 180));
  const [two, six] = [theta ** 2, theta ** 6];
  const slope = (Math.sqrt(3) / 2) * (a1 + 3 * a2 * two + six * (7 * a3 + 9 * a4 * two));
  const x = ((longitude * Math.PI) / 180) * (Math.cos(theta) / slope);
  return [x, -theta * (a1 + a2 * two + six * (a3 + a4 * two))];
}

/** From west of Alaska to east of Chukotka. */
const [west, east] = [project([-169, 66])[0] * 1.02, project([190, 66])[0]];
const left = Math.min(west, project([-125, 0])[0] - 0.02);
const right = Math.max(east, project([179, -40])[0]);
const scale = WIDTH / (right - left);
const top = project([0, 84])[1];
const bottom = project([0, -57])[1];

function ring(points) {
  const longitudes = points.map(([longitude]) => longitude);
  // A ring over the date line is drawn whole, east of it.
  const crosses = Math.max(...longitudes) - Math.min(...longitudes) > 180;
  const places = points.map(([longitude, latitude]) => {
    const [x, y] = project([crosses && longitude < 0 ? longitude + 360 : longitude, latitude]);
    return `${((x - left) * scale).toFixed(1)},${((y - top) * scale).toFixed(1)}`;
  });
  const kept = places.filter((place, at) => place !== places[at - 1]);
  return kept.length > 3 ? `M${kept.slice(0, -1).join("L")}Z` : "";
}

function path({ type, coordinates }) {
  const polygons = type === "Polygon" ? [coordinates] : coordinates;
  return polygons.flat().map(ring).join("");
}

const paths = {};
for (const { id, properties, geometry } of feature(atlas, atlas.objects.countries).features) {
  const code = id ? countries.numericToAlpha2(id) : BY_NAME[properties.name];
  if (!code || code === "AQ") continue;
  paths[code] = (paths[code] ?? "") + path(geometry);
}
const lines = Object.keys(paths)
  .sort()
  .map((code) => `  ["${code}", "${paths[code]}"],`);
await writeFile(
  new URL("../src/map/world.ts", import.meta.url),
  `// Made by generate/map.mjs from Natural Earth's 1:110m countries. Not edited.

export const WIDTH = ${WIDTH};
export const HEIGHT = ${Math.ceil((bottom - top) * scale)};

/** Outlines by ISO 3166-1 alpha-2 code. */
export const COUNTRIES: readonly (readonly [string, string])[] = [
${lines.join("\n")}
];
`,
);
