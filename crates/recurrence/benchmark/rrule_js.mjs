// The questions of src/main.rs, asked of rrule.js.
import fs from "node:fs";
import rrule from "rrule";

const [, , rules] = process.argv;

function perSecond(work) {
  let best = 0;
  for (let run = 0; run < 3; run++) {
    const start = process.cpuUsage();
    const until = performance.now() + 150;
    let done = 0;
    while (performance.now() < until) done += work();
    const used = process.cpuUsage(start);
    best = Math.max(best, done / ((used.user + used.system) / 1e6));
  }
  return best.toFixed(0);
}

for (const line of fs.readFileSync(rules, "utf8").trim().split("\n")) {
  const [name, start, text] = line.split("\t");
  const rule = rrule.rrulestr(`DTSTART:${start}Z\nRRULE:${text}`, { cache: false });
  const far = new Date(rule.options.dtstart.getTime() + 315_576_000_000);
  const after = perSecond(() => (rule.after(far), 1));
  const iterate = perSecond(() => {
    let count = 0;
    rule.all((_, index) => (count++, index < 999));
    return count;
  });
  console.log(`rrule.js\t${name}\t${after}\t${iterate}\t`);
}
