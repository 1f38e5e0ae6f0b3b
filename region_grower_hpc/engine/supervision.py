"""The frame around all that ranks do together: one message, one exit code, never a hang."""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Callable

from region_grower_hpc.engine.agreement import AgreedError
from region_grower_hpc.engine.comm import connect
from region_grower_hpc.engine.communicator import Communicator
from region_grower_hpc.engine.last_word import leave_with
from region_grower_hpc.errors import ExitCode, RegionGrowerHpcError, StoppedEarly

#: Time for the launcher to pass on the last words of a rank.
LAST_WORDS_S = 0.3


def supervised(action: Callable[[Communicator], ExitCode]) -> ExitCode:
    """Connect the ranks and let them act together; an error of any rank ends all of them.

    Args:
        action: what each rank does; gives the same exit code on every rank.
    """
    comm: Communicator | None = None
    try:
        comm = connect()
        return action(comm)
    except AgreedError as agreed:
        if comm is not None and comm.is_root:
            tell(agreed.error)
        return ExitCode(agreed.error.exit_code)
    except RegionGrowerHpcError as error:
        # Of this rank alone: the others would wait for it for ever.
        if comm is None:
            raise  # Each rank refuses; the front end lets the first one speak.
        tell(error)
        leave_with(error.exit_code)
        time.sleep(LAST_WORDS_S)
        comm.abort(error.exit_code)
    except BaseException as error:
        _last_words(comm, error)
        code = 130 if isinstance(error, KeyboardInterrupt) else int(ExitCode.INTERNAL)
        leave_with(code)
        if comm is None:
            raise SystemExit(code) from None
        comm.abort(code)


def tell(error: RegionGrowerHpcError) -> None:
    """Print a message for the user, without a traceback."""
    kind = "Stopped" if isinstance(error, StoppedEarly) else "Error"
    print(f"{kind}: {error}", file=sys.stderr, flush=True)


def _last_words(comm: Communicator | None, error: BaseException) -> None:
    """Print one traceback where several ranks fail at once; the others leave the abort to it."""
    if comm is not None and not comm.is_first_to_fail():
        time.sleep(10 * LAST_WORDS_S)
        return
    if isinstance(error, OSError):
        words = f"Error: {error}. Finished work is kept; the same command continues.\n"
    elif isinstance(error, KeyboardInterrupt):
        words = "Interrupted. Finished work is kept; the same command continues.\n"
    else:
        words = "".join(traceback.format_exception(error))
    # In one piece, and with a moment for the launcher to pass it on before it kills its helpers.
    sys.stderr.write(words)
    sys.stderr.flush()
    if comm is not None and comm.size > 1:
        time.sleep(LAST_WORDS_S)
