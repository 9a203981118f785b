"""`zen-transformer grade`: grades exercises and says what is probably wrong."""

import sys
from json import dumps
from pathlib import Path
from typing import Annotated

from tyro.conf import Positional, arg

from zen_transformer.errors import UserError, check_range
from zen_transformer.files import write_text
from zen_transformer.grading.classroom import SECONDS, TABLE, grade_class
from zen_transformer.grading.course import exercises_in, find_course
from zen_transformer.grading.display import fence_note, sentence, summary
from zen_transformer.grading.exercise import Exercise
from zen_transformer.grading.gradescope import results
from zen_transformer.grading.hints import write_hints_read
from zen_transformer.grading.overview import OVERVIEW
from zen_transformer.grading.records import Record
from zen_transformer.grading.seeds import drawn_seed
from zen_transformer.grading.submission import Grading, exercises_begun, grade_folder
from zen_transformer.grading.terminal import details, headline
from zen_transformer.printing import print


def grade(
    folder: Annotated[Path, Positional, arg(metavar="FOLDER")],
    exercise: tuple[str, ...] = (),
    hint: int = 0,
    lesson: str | None = None,
    json: Path | None = None,
    course: Path | None = None,
    class_of: Annotated[str | None, arg(name="class")] = None,
    output: Path = Path("grades"),
    jobs: int = 2,
    seconds: float = SECONDS,
    seed: int | None = None,
    resume: bool = False,
) -> None:
    """Grade exercises: points, and for a wrong answer what is probably wrong.

    The code runs in processes of its own, within limits of time and memory and a fence of the
    system. Points need the right results also for numbers that are drawn anew each time. Exits
    with 0 if all exercises are complete, else with 1.

    For example:

      zen-transformer grade my_work
      zen-transformer grade my_work --exercise softmax --hint 1
      zen-transformer grade my_work --lesson 03 --json results.json
      zen-transformer grade submissions --class 03 --output grades
      zen-transformer grade submissions --class 03 --output grades --resume

    Args:
        folder: folder with a file for each exercise, as `zen-transformer assignment` writes it.
        exercise: exercises to grade; if not given, all of the lessons of which there is a file.
        hint: number of hints to show for each exercise that is not complete: 1, 2, 3. The folder
            keeps how many were read, in hints_read.json.
        lesson: lesson to grade all exercises of, also those of which there is no file.
        json: file for the results, in the format that Gradescope reads.
        course: folder of the lessons, of a clone or a release, whose tests are executed; if not
            given, those of the package.
        class_of: lesson to grade a class in: the folder has a folder for each student, and the
            results are a table, an overview and a page for each.
        output: folder for the results of a class.
        jobs: number of submissions of a class to grade at a time; each needs a core.
        seconds: for each submission of a class; more where the machine has other things to do.
        seed: of the numbers that nobody has seen, the same for a whole class; if not given, it is
            drawn, and shown. 0 for none.
        resume: of a class, keep the results in the output folder and grade only who is missing.
    """
    check_range("hint", hint, 0)
    check_range("jobs", jobs, 1)
    check_range("seconds", seconds, 1)
    if seed is None:
        seed = drawn_seed()
    check_range("seed", seed, 0)
    lessons = find_course(course)
    print(f"exercises of {lessons}")
    everything = exercises_in(lessons)
    if class_of is not None:
        grading = Grading(exercises_in(lessons, class_of), everything, seed)
        records = grade_class(folder, grading, output, jobs, seconds, resume)
        print(_class_summary(records, output, seed))
        return
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder: name the one with your files")
    chosen = _chosen(folder, lessons, exercise, lesson)
    submission = grade_folder(folder, Grading(chosen, everything, seed))
    for result in submission.grades:
        print(headline(result))
        for note in result.notes:
            print(f"         {sentence(note)}")
        if not result.complete:
            print("".join(f"         {line}\n" for line in details(result, hint).splitlines()))
    print(f"{summary(submission.grades)}; --seed {seed} draws the same numbers again")
    if note := fence_note(submission.grades):
        print(note)
    if hint and (asked := [g.exercise.name for g in submission.grades if not g.complete]):
        write_hints_read(folder, asked, hint)
    if json is not None:
        write_text(json, dumps(results(submission, hint), ensure_ascii=False, indent=1) + "\n")
        print(f"written to {json}")
    sys.exit(not submission.complete)


def _chosen(
    folder: Path, course: Path, names: tuple[str, ...], lesson: str | None
) -> list[Exercise]:
    """List the exercises to grade."""
    exercises = exercises_in(course, lesson)
    known = {exercise.name: exercise for exercise in exercises}
    for name in names:
        if name not in known:
            raise UserError(f"no exercise {name}: choose {', '.join(known)}")
    if names:
        return [known[name] for name in names]
    return exercises if lesson else exercises_begun(folder, exercises)


def _class_summary(records: list[Record], output: Path, seed: int) -> str:
    done = sum(record.points == record.of for record in records)
    written = f"written to {output / TABLE} and {output / OVERVIEW}"
    return f"{len(records)} submissions, {done} of them complete; seed {seed}\n{written}"
