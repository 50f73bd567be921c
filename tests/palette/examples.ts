/** Answers as a mock server makes them from an OpenAPI document: every field there, each with the plainest value of its type. */
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/json.js';
import type { Operation } from './openapi.js';

export function exampleOf(document: JsonObject, found: Operation): { status: number; body: JsonValue | undefined } {
  const responses = isJsonObject(found.operation.responses) ? found.operation.responses : {};
  const [status, response] = Object.entries(responses).find(([code]) => code.startsWith('2')) ?? ['200', null];
  const content =
    isJsonObject(response) && isJsonObject(response.content) ? Object.values(response.content)[0] : undefined;
  const schema = isJsonObject(content) && isJsonObject(content.schema) ? content.schema : undefined;
  return { status: Number(status), body: schema ? plainest(document, schema, 0) : undefined };
}

const DEEPEST = 12;

function plainest(document: JsonObject, schema: JsonObject, depth: number): JsonValue {
  if (typeof schema.$ref === 'string') return plainest(document, resolve(document, schema.$ref), depth);
  const [first] = Array.isArray(schema.enum) ? schema.enum : [];
  if (first !== undefined) return first;
  if (depth > DEEPEST) return null;
  if (schema.type === 'array') return isJsonObject(schema.items) ? [plainest(document, schema.items, depth + 1)] : [];
  if (isJsonObject(schema.properties)) {
    return Object.fromEntries(
      Object.entries(schema.properties).map(([name, each]) => [
        name,
        isJsonObject(each) ? plainest(document, each, depth + 1) : null,
      ]),
    );
  }
  if (schema.type === 'object') {
    return isJsonObject(schema.additionalProperties)
      ? { property1: plainest(document, schema.additionalProperties, depth + 1) }
      : {};
  }
  if (schema.type === 'integer' || schema.type === 'number') return 0;
  if (schema.type === 'boolean') return true;
  return schema.format === 'date-time' ? '2019-08-24T14:15:22Z' : 'string';
}

function resolve(document: JsonObject, reference: string): JsonObject {
  const name = reference.split('/').at(-1) ?? '';
  const components = isJsonObject(document.components) ? document.components : {};
  const schemas = isJsonObject(components.schemas) ? components.schemas : {};
  const found = schemas[name];
  return isJsonObject(found) ? found : {};
}
