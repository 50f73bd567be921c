/** Which resources exist right now: the built-in ones and those that CustomResourceDefinitions have added. */
import type { JsonObject } from '../../json.js';
import { ALL_VERBS, BUILT_IN, type Resource, type Subresource, storageKey } from './catalog.js';
import { nameOf, number, object, objects, text } from './fields.js';

const byPath = (group: string, version: string, plural: string) => `${group}/${version}/${plural}`;

export class Registry {
  private readonly resources = new Map<string, Resource>();
  private readonly kinds = new Map<string, Resource>();
  /** Counts changes, so that cached discovery documents know when they are old. */
  revision = 0;

  constructor() {
    for (const resource of BUILT_IN) this.add(resource);
  }

  private add(resource: Resource): void {
    this.resources.set(byPath(resource.group, resource.version, resource.plural), resource);
    this.kinds.set(`${resource.group}/${resource.version}/${resource.kind}`, resource);
    this.revision++;
  }

  all(): Resource[] {
    return [...this.resources.values()];
  }

  find(group: string, version: string, plural: string): Resource | undefined {
    return this.resources.get(byPath(group, version, plural));
  }

  byKind(apiVersion: string, kind: string): Resource | undefined {
    const slash = apiVersion.indexOf('/');
    const key = slash < 0 ? `/${apiVersion}/${kind}` : `${apiVersion}/${kind}`;
    return this.kinds.get(key);
  }

  /** By plural, singular, short name, kind, or any of them with `.group` behind. */
  named(name: string): Resource | undefined {
    const [head = '', ...rest] = name.toLowerCase().split('.');
    const group = rest.join('.');
    return this.all().find(
      (resource) =>
        resource.storage !== '' &&
        (group === '' || resource.group === group) &&
        (resource.plural === head || resource.singular === head || resource.shortNames.includes(head)),
    );
  }

  define(definition: JsonObject): void {
    this.forget(nameOf(definition));
    const names = object(definition, 'spec', 'names');
    const group = text(definition, 'spec', 'group');
    const plural = text(names, 'plural');
    const kind = text(names, 'kind');
    for (const version of objects(definition, 'spec', 'versions')) {
      if (version.served === false) continue;
      const subresources: Subresource[] = [];
      if (version.subresources !== undefined && 'status' in object(version, 'subresources'))
        subresources.push({ name: 'status', kind, verbs: ['get', 'patch', 'update'] });
      if ('scale' in object(version, 'subresources'))
        subresources.push({
          name: 'scale',
          kind: 'Scale',
          group: 'autoscaling',
          version: 'v1',
          verbs: ['get', 'patch', 'update'],
        });
      this.add({
        group,
        version: text(version, 'name'),
        plural,
        singular: text(names, 'singular') || kind.toLowerCase(),
        kind,
        namespaced: text(definition, 'spec', 'scope') === 'Namespaced',
        shortNames: stringsOf(names.shortNames),
        categories: stringsOf(names.categories),
        verbs: ALL_VERBS,
        subresources,
        storage: storageKey(plural, group),
        custom: true,
        printerColumns: objects(version, 'additionalPrinterColumns').map((column) => ({
          name: text(column, 'name'),
          type: text(column, 'type'),
          jsonPath: text(column, 'jsonPath'),
          priority: number(column, 'priority') ?? 0,
          description: text(column, 'description'),
        })),
      });
    }
  }

  /** Takes a definition's resources away; `name` is `plural.group`. */
  forget(name: string): void {
    for (const [key, resource] of this.resources) {
      if (!resource.custom || storageKey(resource.plural, resource.group) !== name) continue;
      this.resources.delete(key);
      this.kinds.delete(`${resource.group}/${resource.version}/${resource.kind}`);
      this.revision++;
    }
  }
}

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
