// Writes src/api/schema.ts from the OpenAPI document of a running gateway, or with --check says whether it is up to date:
//   npm run types -- http://127.0.0.1:4001 [--check]
import { readdir, readFile, writeFile } from "node:fs/promises";
import { argv, exit, stdout } from "node:process";

const FILE = new URL("../src/api/schema.ts", import.meta.url);
const [, , gateway = "http://127.0.0.1:4001", check] = argv;

/** A schema as TypeScript. Of an answer that names no required members all are: the contract writes every one. */
function type(schema, answered, indent) {
  if (schema.$ref) return schema.$ref.split("/").at(-1);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const either = schema.oneOf ?? schema.anyOf;
  if (either) return [...new Set(either.map((one) => type(one, answered, indent)))].join(" | ");
  if (Array.isArray(schema.type))
    return schema.type.map((one) => type({ ...schema, type: one }, answered, indent)).join(" | ");
  switch (schema.type) {
    case "array": {
      const items = schema.items ? type(schema.items, answered, indent) : "unknown";
      return `readonly ${/[ |]/.test(items) && !items.startsWith("{") ? `(${items})` : items}[]`;
    }
    case "object":
      return object(schema, answered, indent);
    case "integer":
    case "number":
      return "number";
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    default:
      return "unknown";
  }
}

function object(schema, answered, indent) {
  const more = schema.additionalProperties;
  if (!schema.properties) {
    return `{ readonly [name: string]: ${more && more !== true ? type(more, answered, indent) : "unknown"} }`;
  }
  const inner = `${indent}  `;
  const lines = Object.entries(schema.properties).map(([name, property]) => {
    const required = schema.required ? schema.required.includes(name) : answered;
    return `${inner}readonly ${name}${required ? "" : "?"}: ${type(property, answered, inner)};`;
  });
  return `{\n${lines.join("\n")}\n${indent}}`;
}

function operation(method, path, described) {
  const [body] = Object.values(described.requestBody?.content ?? {});
  const answer = described.responses["200"] ?? described.responses["201"] ?? described.responses["202"];
  const schema = answer?.content?.["application/json"]?.schema;
  return [
    `  /** ${described.summary}. */`,
    `  readonly "${method.toUpperCase()} ${path}": {`,
    `    readonly body: ${body ? type(body.schema, false, "    ") : "undefined"};`,
    `    readonly answer: ${schema ? type(schema, true, "    ") : "null"};`,
    "  };",
  ].join("\n");
}

/** The operations that the dashboard's sources name. */
async function used() {
  const folder = new URL("../src/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.tsx?$/.test(name));
  const sources = await Promise.all(
    files.filter((name) => name !== "api/schema.ts").map((name) => readFile(new URL(name, folder), "utf8")),
  );
  return new Set(
    sources.flatMap((source) => source.match(/(?<=")(GET|POST|PATCH|DELETE) \/api\/v1\/[^"]*(?=")/g) ?? []),
  );
}

/** The component with those that it is made of. */
function withParts(components, name, found) {
  if (found.has(name)) return;
  found.add(name);
  for (const [, part] of components.get(name).matchAll(/\b([A-Z]\w+)\b/g)) {
    if (components.has(part)) withParts(components, part, found);
  }
}

const document = await (await fetch(`${gateway}/api/openapi.json`)).json();
const wanted = await used();
const operations = Object.entries(document.paths)
  .flatMap(([path, methods]) => Object.entries(methods).map(([method, one]) => [method.toUpperCase(), path, one]))
  .filter(([method, path]) => wanted.delete(`${method} ${path}`))
  .map(([method, path, one]) => operation(method, path, one));
if (wanted.size > 0) throw new Error(`not in the API: ${[...wanted].join(", ")}`);
const components = new Map(
  Object.entries(document.components.schemas).map(([name, schema]) => {
    const shown = type(schema, false, "");
    return [name, shown.startsWith("{") ? `export interface ${name} ${shown}` : `export type ${name} = ${shown};`];
  }),
);
const needed = new Set();
for (const [, name] of operations.join("\n").matchAll(/: ([A-Z]\w+);/g)) withParts(components, name, needed);
const written = [
  "// Made from the gateway's /api/openapi.json by `npm run types`. Not edited.",
  ...[...needed].map((name) => components.get(name)),
  `/** The operations of the API that are used here, by method and path. */\nexport interface Operations {\n${operations.join("\n")}\n}`,
].join("\n\n");

if (check !== "--check") await writeFile(FILE, `${written}\n`);
else if ((await readFile(FILE, "utf8")) !== `${written}\n`) {
  stdout.write("src/api/schema.ts is stale: npm run types\n");
  exit(1);
}
