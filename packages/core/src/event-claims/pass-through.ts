/**
 * An object with some members of its own, and all others of another one. Called through, never copied: the other may be of a class,
 * whose methods a spread would lose and whose private fields only it can read.
 */
export function passThrough<Whole extends object>(other: Whole, own: Partial<Whole>): Whole {
  const members = new Map<PropertyKey, PropertyDescriptor>();
  for (let level: object = other; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Reflect.ownKeys(level)) {
      if (name === 'constructor' || members.has(name)) continue;
      // Of a class, a member is not enumerable; here it is, so that a spread of what is wrapped loses nothing.
      members.set(name, {
        configurable: true,
        enumerable: true,
        get: () => bound(other, name as keyof Whole),
      });
    }
  }
  return Object.create(Object.getPrototypeOf(other), {
    ...Object.fromEntries(members),
    ...Object.getOwnPropertyDescriptors(own),
  }) as Whole;
}

function bound<Whole extends object>(other: Whole, name: keyof Whole): unknown {
  const value = other[name];
  return typeof value === 'function' ? value.bind(other) : value;
}
