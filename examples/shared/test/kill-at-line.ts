// Loaded before the program: it is killed in the very moment in which it has printed so many lines. From outside a kill
// comes some ms later, and never between the save of a step and the event's removal from the bus, which follows at once.
let left = Number(process.env['KILL_AT_LINE']);
const write = process.stdout.write.bind(process.stdout);
process.stdout.write = ((text: string) => {
  const taken = write(text);
  left -= text.split('\n').length - 1;
  if (left <= 0) process.kill(process.pid, 'SIGKILL');
  return taken;
}) as typeof process.stdout.write;
