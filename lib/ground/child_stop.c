/* Nothing here allocates or uses stdio: child_stop_all runs in signal handlers. */
#include "ground/child_list.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define ANCESTORS_MAX 64
#define KILL_MS 5000 /* how long SIGKILL is repeated against what keeps forking */
#define NAP_MAX_MS 32
#define KNOWN_MAX 512 /* descendants; what comes beyond is killed in the rounds that follow */

struct child_entry child_list[LIMIT_CHILDREN];

/* What /proc says about one process. */
struct process {
	pid_t parent, group, session;
	char state;
	unsigned long long born;
};

int64_t child_clock(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

void child_nap(int64_t ms)
{
	struct timespec t = {(time_t)(ms / 1000), (long)(ms % 1000) * 1000000};

	nanosleep(&t, NULL);
}

static unsigned long long number(const char **p)
{
	unsigned long long v = 0;

	while (**p == ' ')
		(*p)++;
	while (**p >= '0' && **p <= '9')
		v = v * 10 + (unsigned long long)(*(*p)++ - '0');
	return v;
}

/* proc_pid_stat(5): the name, in brackets, may hold anything; fields are counted behind it. */
static bool read_process(pid_t pid, struct process *out)
{
	char path[32] = "/proc/", text[1024], *end = path + 6;
	char digits[12], *last = NULL;
	const char *p;
	size_t n = 0;
	ssize_t got;
	int fd;

	for (unsigned v = (unsigned)pid; v > 0; v /= 10)
		digits[n++] = (char)('0' + v % 10);
	while (n > 0)
		*end++ = digits[--n];
	memcpy(end, "/stat", 6);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	got = read(fd, text, sizeof text - 1);
	close(fd);
	if (got <= 0)
		return false;
	text[got] = '\0';
	for (char *c = text; *c; c++)
		if (*c == ')')
			last = c;
	if (!last || last[1] != ' ' || !last[2])
		return false;
	out->state = last[2];
	p = last + 3;
	out->parent = (pid_t)number(&p);
	out->group = (pid_t)number(&p);
	out->session = (pid_t)number(&p);
	/* Fields 7 to 21; one of them may be negative. */
	for (int i = 7; i < 22 && *p; i++) {
		while (*p == ' ')
			p++;
		while (*p && *p != ' ')
			p++;
	}
	out->born = number(&p);
	return true;
}

unsigned long long child_born(pid_t pid)
{
	struct process p;

	return read_process(pid, &p) ? p.born : 0;
}

bool child_reap(struct child_entry *x)
{
	int status;
	pid_t got;

	if (atomic_load(&x->reaped))
		return true;
	do
		got = waitpid(atomic_load(&x->pid), &status, WNOHANG);
	while (got < 0 && errno == EINTR);
	if (got == 0)
		return false;
	/* Someone else's wait took the status: the command has ended, we know not how. */
	atomic_store(&x->status, got > 0 ? status : 0x7f00);
	atomic_store(&x->reaped, true);
	return true;
}

static bool is_listed(pid_t pid)
{
	for (size_t i = 0; i < LIMIT_CHILDREN; i++)
		if (atomic_load(&child_list[i].used) && atomic_load(&child_list[i].pid) == pid &&
		    !atomic_load(&child_list[i].reaped))
			return true;
	return false;
}

/* Is this process the command of `x`, or of what that started? */
static bool belongs(const struct child_entry *x, pid_t pid, const struct process *p)
{
	pid_t command = atomic_load(&x->pid), self = getpid();
	struct process up = *p;

	if (p->group == command && p->session == getsid(0))
		return true;
	for (int i = 0; i < ANCESTORS_MAX; i++) {
		if (pid == command && !atomic_load(&x->reaped))
			return true;
		if (up.parent == self)
			return x->subreaper && !is_listed(pid) && up.born >= x->born;
		if (up.parent <= 1)
			return false;
		pid = up.parent;
		if (!read_process(pid, &up))
			return false;
	}
	return false;
}

/* Processes that were once seen to belong.  When the command dies first, what it started is
 * handed to init and can be told by this list alone; it is looked up before anything is killed. */
struct known {
	size_t n;
	struct {
		pid_t pid;
		unsigned long long born;
	} v[KNOWN_MAX];
};

struct sweep {
	struct child_entry *const *entries;
	size_t count;
	struct known *known;
	size_t alive;
};

static bool is_known(const struct known *k, pid_t pid, unsigned long long born)
{
	for (size_t i = 0; i < k->n; i++)
		if (k->v[i].pid == pid && k->v[i].born == born)
			return true;
	return false;
}

static bool belongs_to_any(const struct sweep *s, pid_t pid, const struct process *p)
{
	for (size_t i = 0; i < s->count; i++)
		if (belongs(s->entries[i], pid, p))
			return true;
	return false;
}

/* Looks only; the signals come when every process was looked at. */
static void sweep_one(struct sweep *s, pid_t pid)
{
	bool known;
	struct process p;

	if (pid == getpid() || !read_process(pid, &p))
		return;
	known = is_known(s->known, pid, p.born);
	if (!known && !belongs_to_any(s, pid, &p))
		return;
	if (p.state == 'Z' || p.state == 'X') {
		/* The command's own status is kept by child_reap. */
		if (p.parent == getpid() && !is_listed(pid))
			waitpid(pid, NULL, WNOHANG);
		return;
	}
	s->alive++;
	if (known || s->known->n == KNOWN_MAX)
		return;
	s->known->v[s->known->n].pid = pid;
	s->known->v[s->known->n++].born = p.born;
}

static pid_t pid_of(const char *name)
{
	unsigned long long v;
	const char *p = name;

	if (*p < '1' || *p > '9')
		return 0;
	v = number(&p);
	return *p == '\0' && v < 1u << 30 ? (pid_t)v : 0;
}

/* Every process of the machine once, without readdir, which allocates. */
static bool sweep_proc(struct sweep *s)
{
	_Alignas(struct dirent64) char entries[8192];
	int fd = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	long n;

	if (fd < 0)
		return false;
	while ((n = syscall(SYS_getdents64, fd, entries, sizeof entries)) > 0) {
		for (long at = 0; at < n;) {
			const struct dirent64 *d = (const struct dirent64 *)(entries + at);
			pid_t pid = pid_of(d->d_name);

			if (pid > 0)
				sweep_one(s, pid);
			at += d->d_reclen;
		}
	}
	close(fd);
	return n == 0;
}

static size_t signal_groups(struct child_entry *const *entries, size_t count, int signal)
{
	size_t alive = 0;

	for (size_t i = 0; i < count; i++)
		if (!atomic_load(&entries[i]->reaped) &&
		    kill(-atomic_load(&entries[i]->pid), signal) == 0)
			alive++;
	return alive;
}

static void signal_known(const struct known *k, int signal)
{
	struct process p;

	for (size_t i = 0; i < k->n; i++)
		if (read_process(k->v[i].pid, &p) && p.born == k->v[i].born && p.state != 'Z')
			kill(k->v[i].pid, signal);
}

/* One round: how many still run; each gets the signal (0: none).  Without /proc only the groups
 * can be reached. */
static size_t sweep(struct child_entry *const *entries, size_t count, struct known *known,
		    int signal)
{
	struct sweep s = {entries, count, known, 0};

	if (!sweep_proc(&s))
		s.alive = signal_groups(entries, count, signal);
	else if (signal)
		signal_known(known, signal);
	for (size_t i = 0; i < count; i++)
		child_reap(entries[i]);
	return s.alive;
}

void child_stop_entries(struct child_entry *const *entries, size_t count, int64_t grace_ms)
{
	int64_t end = child_clock() + grace_ms, nap = 1;
	struct known known = {0};
	bool all = sweep(entries, count, &known, SIGTERM) == 0;

	/* Stopped processes see SIGTERM only when they go on. */
	if (!all)
		all = sweep(entries, count, &known, SIGCONT) == 0;
	while (!all && child_clock() < end) {
		child_nap(nap);
		nap = nap < NAP_MAX_MS ? nap * 2 : nap;
		all = sweep(entries, count, &known, 0) == 0;
	}
	end = child_clock() + KILL_MS;
	while (!all && child_clock() < end) {
		all = sweep(entries, count, &known, SIGKILL) == 0;
		if (!all)
			child_nap(1);
	}
	/* Two looks: what was being forked during the last one, and the zombies left. */
	for (int i = 0; i < 2; i++)
		sweep(entries, count, &known, SIGKILL);
}

void child_stop_all(void)
{
	struct child_entry *entries[LIMIT_CHILDREN];
	int saved = errno;
	size_t count = 0;

	for (size_t i = 0; i < LIMIT_CHILDREN; i++)
		if (atomic_load(&child_list[i].used) && atomic_load(&child_list[i].pid) > 0)
			entries[count++] = &child_list[i];
	if (count > 0)
		child_stop_entries(entries, count, 1000);
	errno = saved;
}
