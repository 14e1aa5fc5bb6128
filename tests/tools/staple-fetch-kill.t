# kill -9 at random moments: the staple is the old or the new one, whole, every time.
. "$SRCDIR/tests/tap.sh"
. "$SRCDIR/tests/lab/lab.sh"
unset http_proxy https_proxy all_proxy ALL_PROXY no_proxy
lab_responder && lab_pki --only ms,ms2 || exit 99
cd "$T" || exit 99
rounds=${STAPLE_KILL_ROUNDS:-300}

lab_staple left:1000:5000 ms old.der
lab_staple good ms new.der
lab_mode "fixed $T/new.der"
ok "killed $rounds times while a due staple is replaced" $python "$lab/kill-sweep.py" "$rounds" \
	staple.der old.der new.der staple-fetch --no-system-policy --out staple.der "$pki/ms.chain.pem"
diag "$(cat "$T/out")"

# The same with a file that no one may see half: what was there was damaged.
head -c 100 new.der >damaged.der
ok "killed while a damaged file is mended" $python "$lab/kill-sweep.py" $((rounds / 3)) \
	staple.der damaged.der new.der staple-fetch --no-system-policy --out staple.der "$pki/ms.chain.pem"
diag "$(cat "$T/out")"
ok "the next run finds everything in order" staple-fetch --no-system-policy --out staple.der "$pki/ms.chain.pem"
ok "and has the staple" cmp staple.der new.der
done_testing
