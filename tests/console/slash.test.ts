import { describe, expect, it } from 'vitest';
import { commonStart, complete, parseCommand } from '../../src/console/slash.js';
import { TOOLS } from './fake-session.js';

const parse = (text: string) => parseCommand(text, TOOLS);

describe('slash commands', () => {
  it('takes everything else as something to say', () => {
    expect(parse('  why is checkout failing? ')).toEqual({ is: 'say', text: 'why is checkout failing?' });
  });

  it.each([
    ['/help', 'help'],
    ['/tools', 'tools'],
    ['/clear', 'clear'],
    ['/quit', 'quit'],
    ['/exit', 'quit'],
  ])('knows %s', (text, is) => {
    expect(parse(text)).toEqual({ is });
  });

  it('names the nearest command for one that does not exist', () => {
    expect(parse('/tols')).toEqual({
      is: 'wrong',
      message: 'There is no /tols. Did you mean /tools? /help lists the commands.',
    });
  });
});

describe('/call', () => {
  it('reads key=value as the schema wants it', () => {
    expect(parse('/call kubernetes.list_pods namespace=payments limit=20 all=true')).toEqual({
      is: 'call',
      server: 'kubernetes',
      tool: 'list_pods',
      args: { namespace: 'payments', limit: 20, all: true },
    });
  });

  it('keeps a number as text where the schema wants text', () => {
    expect(parse('/call kubernetes.list_pods namespace=123')).toMatchObject({ args: { namespace: '123' } });
  });

  it('reads quotes as a shell does', () => {
    expect(parse(`/call kubernetes.list_pods namespace="two words"`)).toMatchObject({
      args: { namespace: 'two words' },
    });
  });

  it('reads JSON', () => {
    expect(parse('/call kubernetes.scale_deployment {"name":"checkout","replicas":3}')).toMatchObject({
      args: { name: 'checkout', replicas: 3 },
    });
    expect(parse('/call kubernetes.scale_deployment {"name":')).toMatchObject({ is: 'wrong' });
  });

  it('says what is wrong and what is right', () => {
    expect(parse('/call')).toMatchObject({ message: expect.stringContaining('Usage: /call SERVER.TOOL') });
    expect(parse('/call kubernetes.list_pod')).toMatchObject({
      message: expect.stringContaining('Did you mean kubernetes.list_pods?'),
    });
    expect(parse('/call kubernetes.list_pods payments')).toMatchObject({
      message: expect.stringContaining('namespace, limit, all'),
    });
  });
});

describe('completion', () => {
  it('completes commands, tools and arguments', () => {
    expect(complete('/he', TOOLS)).toEqual(['/help']);
    expect(complete('/call ', TOOLS)).toHaveLength(3);
    expect(complete('/call kubernetes.s', TOOLS)).toEqual(['/call kubernetes.scale_deployment ']);
    expect(complete('/call delete', TOOLS)).toEqual(['/call kubernetes.delete_pod ']);
    expect(complete('/call kubernetes.list_pods na', TOOLS)).toEqual(['/call kubernetes.list_pods namespace=']);
    expect(complete('/call kubernetes.list_pods namespace=a ', TOOLS)).toEqual([
      '/call kubernetes.list_pods namespace=a limit=',
      '/call kubernetes.list_pods namespace=a all=',
    ]);
  });

  it('offers nothing for plain words', () => {
    expect(complete('hello', TOOLS)).toEqual([]);
  });

  it('goes as far as all completions agree', () => {
    expect(commonStart(['/call a', '/clear'])).toBe('/c');
  });
});
