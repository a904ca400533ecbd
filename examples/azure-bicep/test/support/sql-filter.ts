/** Whether a filter of Service Bus lets in an event of that type: conditions on `user.type` by `=` and `LIKE`, joined by `OR`. */
export function takes(filter: string, type: string): boolean {
  return filter.split(' OR ').some((condition) => {
    const [, operator, pattern = ''] = /^user\.type (=|LIKE) '([^']+)'$/.exec(condition) ?? [];
    if (!operator) throw new Error(`These tests do not know the condition ${condition}.`);
    if (operator === '=') return type === pattern;
    const parts = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return new RegExp(`^${parts.replaceAll('%', '.*').replaceAll('_', '.')}$`, 's').test(type);
  });
}
