/**
 * A small checker of requests and answers against an OpenAPI 3.0 document: path, method, parameters, required fields, types,
 * enumerations, fields that the document does not know. Null stands for absent, because the API is written in Go.
 */
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.js';

export interface Operation {
  /** `/v1/spectroclusters/{uid}` */
  path: string;
  method: string;
  operation: JsonObject;
}

export class OpenApi {
  readonly #document: JsonObject;
  readonly #routes: { operation: Operation; pattern: RegExp; fixed: number }[];

  constructor(document: JsonObject) {
    this.#document = document;
    this.#routes = entries(document.paths).flatMap(([path, methods]) =>
      entries(methods)
        .filter(([method]) => method !== 'parameters')
        .map(([method, operation]) => ({
          operation: { path, method: method.toUpperCase(), operation: objectOf(operation) },
          pattern: new RegExp(`^${path.replace(/\{[^}]+\}/g, '[^/]+')}/?$`),
          fixed: path.replace(/\{[^}]+\}/g, '').length,
        })),
    );
  }

  get operations(): Operation[] {
    return this.#routes.map((each) => each.operation);
  }

  /** The most literal path wins; undefined for what the document does not hold. */
  find(method: string, path: string): Operation | undefined {
    return this.#routes
      .filter((each) => each.operation.method === method && each.pattern.test(path))
      .sort((a, b) => b.fixed - a.fixed)[0]?.operation;
  }

  checkQuery(found: Operation, query: URLSearchParams): string[] {
    const parameters = listOf(found.operation.parameters)
      .map(objectOf)
      .filter((each) => each.in === 'query');
    return [...query.keys()]
      .filter((name) => !parameters.some((each) => each.name === name))
      .map((name) => `${found.method} ${found.path}: query parameter ${name} is not documented`);
  }

  checkRequest(found: Operation, body: JsonValue | undefined): string[] {
    const schema = jsonSchemaOf(found.operation.requestBody);
    const place = `${found.method} ${found.path} request`;
    if (!schema) return body === undefined ? [] : [`${place}: a body where none is documented`];
    return body === undefined ? [] : this.#check(body, schema, place);
  }

  checkResponse(found: Operation, status: number, body: JsonValue | undefined): string[] {
    const responses = objectOf(found.operation.responses);
    const response = responses[String(status)];
    const place = `${found.method} ${found.path} ${status}`;
    if (response === undefined) return [`${place}: the status is not documented`];
    const schema = jsonSchemaOf(response);
    if (!schema || schema.format === 'binary') return [];
    return body === undefined ? [`${place}: no body`] : this.#check(body, schema, place);
  }

  #resolve(schema: JsonObject): JsonObject {
    if (typeof schema.$ref !== 'string') return schema;
    const name = schema.$ref.split('/').at(-1) ?? '';
    return this.#resolve(objectOf(objectOf(objectOf(this.#document.components).schemas)[name]));
  }

  #check(value: JsonValue, raw: JsonObject, place: string): string[] {
    const schema = this.#resolve(raw);
    if (value === null) return [];
    const found = listOf(schema.allOf).flatMap((each) => this.#check(value, objectOf(each), place));
    const allowed = listOf(schema.enum);
    // Go writes an unset enumeration as the empty text.
    if (allowed.length > 0 && value !== '' && !allowed.includes(value))
      return [`${place}: ${String(value)} is not one of ${allowed.join(', ')}`];
    const type = schema.type ?? (schema.properties ? 'object' : undefined);
    if (type === 'object') return [...found, ...this.#checkObject(value, schema, place)];
    if (type === 'array') {
      if (!Array.isArray(value)) return [`${place}: expected a list`];
      return value.flatMap((each, index) => this.#check(each, objectOf(schema.items), `${place}[${index}]`));
    }
    if (type === 'string')
      return typeof value === 'string' ? found : [`${place}: expected a text, got ${typeof value}`];
    if (type === 'boolean') return typeof value === 'boolean' ? found : [`${place}: expected a boolean`];
    if (type === 'integer' || type === 'number') {
      const good = typeof value === 'number' && (type === 'number' || Number.isInteger(value));
      return good ? found : [`${place}: expected ${type}, got ${String(value)}`];
    }
    return found;
  }

  #checkObject(value: JsonValue, schema: JsonObject, place: string): string[] {
    if (!isJsonObject(value)) return [`${place}: expected an object`];
    const properties = isJsonObject(schema.properties) ? schema.properties : {};
    const open = schema.additionalProperties;
    const missing = listOf(schema.required)
      .filter(
        (name) => typeof name === 'string' && name in properties && (value[name] === undefined || value[name] === null),
      )
      .map((name) => `${place}.${String(name)}: required and absent`);
    const inner = Object.entries(value).flatMap(([name, each]) => {
      const known = properties[name];
      if (known !== undefined) return this.#check(each, objectOf(known), `${place}.${name}`);
      if (isJsonObject(open)) return this.#check(each, open, `${place}.${name}`);
      const closed = Object.keys(properties).length > 0;
      return closed && open !== true ? [`${place}.${name}: is not documented`] : [];
    });
    return [...missing, ...inner];
  }
}

function jsonSchemaOf(holder: JsonValue | undefined): JsonObject | undefined {
  const content = objectOf(objectOf(holder).content);
  const media = content['application/json'] ?? Object.values(content)[0];
  const schema = objectOf(media).schema;
  return isJsonObject(schema) ? schema : undefined;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function listOf(value: JsonValue | undefined): JsonValue[] {
  return Array.isArray(value) ? value : [];
}

function entries(value: JsonValue | undefined): [string, JsonValue][] {
  return Object.entries(objectOf(value));
}
