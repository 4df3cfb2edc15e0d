/* Hand-over: sender, receiver, the receiver's lead and the timer, all asking whenever they like.
 *
 * What may be asked when is not written here: may_ask() is made from tests/domain/edges/handover.md, the
 * same table that is walked through the real domain. This file says how it is asked: everybody
 * loads, decides and saves; who loaded before somebody else saved must decide anew; the timer may
 * be killed between any two of its steps, and begun again.
 *
 * -DFIRE_AND_FORGET    the sender lets go with the offer, and no timer waits for its answer
 * -DWITHOUT_VERSIONS   a save does not notice that another one came first
 */
#include "may_ask.pml"

#define KILLS 2                    /* how often the timer is killed */
#define PROCESSES 4                /* sender, receiver, lead, timer */
#define OF(process) (process == 2 -> 1 : process)   /* the lead belongs to the receiver */
#define HELD_BY_ONE (holds[0] + holds[1] == 1)

mtype:state now = held;            /* what the log says */
byte responsible = 0;                   /* whom the log says is responsible */
bit holds[2] = { 1, 0 };           /* who believes to be responsible */
bit overtaken[PROCESSES];          /* somebody saved since this process loaded */

byte answers;                      /* to the present offer */
bit acknowledged;                  /* the silence of the present offer, by somebody */
byte told;                         /* rungs of the present offer */

inline load(process) { overtaken[process] = 0; }

inline save(process, organisation, asks, next) {
    atomic {
        if
#ifndef WITHOUT_VERSIONS
        :: overtaken[process] -> skip          /* refused by the log: decide anew */
        :: !overtaken[process] ->
#else
        :: true ->
#endif
            printf("%d %e: %e, then %e\n", process, asks, now, next);
            record(organisation, asks, next);
            overtaken[0] = 1; overtaken[1] = 1; overtaken[2] = 1; overtaken[3] = 1
        fi;
        asks = 0; next = 0
    }
}

inline record(organisation, asks, next) {
    if
    :: asks == handover ->
        answers = 0; acknowledged = 0; told = 0;
#ifdef FIRE_AND_FORGET
        holds[organisation] = 0
#endif
    :: asks == handover_acceptance ->
        answers++;
        holds[1 - organisation] = 0; holds[organisation] = 1;
        responsible = organisation
    :: asks == handover_decline || asks == handover_withdrawal ->
        answers++
    :: asks == silence_acknowledgement ->
        acknowledged = 1
    :: asks == closure ->
        holds[organisation] = 0
    :: asks == referral ->
        holds[organisation] = 1; responsible = organisation
    :: else ->                                 /* the timer tells the next one */
        told++;
        assert(!acknowledged);                 /* nobody is told after somebody saw to it */
        assert(told <= 4)                      /* and each once */
    fi;
    assert(answers <= 1);                      /* accept, decline and withdraw: one winner */
    now = (next == handed_over -> held : next)
}

/* In which part an organisation asks: whoever the person was with last may be asked to reopen. */
#define AS(organisation) \
    (now == closed -> (organisation == 0 -> anybody : timer) \
                   : (organisation == responsible -> holder : receiver))

/* Somebody of an organisation: asks whatever the table lets them, until they go home for good. */
proctype Organisation(byte process) {
    mtype:asks question;
    mtype:state next;
    do
    :: atomic { may_ask(AS(OF(process)), now, question, next) -> load(process) }
       save(process, OF(process), question, next)
    :: break
    od
}

/* Finds what is due; what it has not saved is forgotten when it is killed. */
proctype Timer() {
    mtype:asks question;
    mtype:state next;
    byte killed = 0;
    do
    :: atomic { may_ask(timer, now, question, next) -> load(3) }
       if
       :: save(3, 0, question, next)
       :: killed < KILLS -> killed++; question = 0; next = 0
       fi
    od
}

init {
    atomic {
        run Organisation(0);
        run Organisation(1);
        run Organisation(2);
#ifndef FIRE_AND_FORGET
        run Timer()
#endif
    }
}

#define OPEN (now != closed)
#define UNANSWERED (now == offered)

/* While the pathway is open exactly one organisation believes to be responsible, the log's. */
ltl somebody_holds { [] ((OPEN -> (HELD_BY_ONE && holds[responsible])) && (OPEN || !holds[0] && !holds[1])) }

/* Every offer is accepted, declined or withdrawn, or somebody is told that it was not. */
ltl every_offer_is_answered_or_escalated { [] (UNANSWERED -> <> !UNANSWERED) }

/* And so on up to the last rung, unless somebody sees to it. */
ltl the_silence_climbs {
    [] ((now == receiver_told || now == lead_told || now == sender_told)
        -> <> (now == commissioner_told || now == seen || now == held || now == closed))
}

/* A promise of nothing: the checker must find that people do accept. */
ltl nobody_ever_accepts { [] (responsible == 0) }
