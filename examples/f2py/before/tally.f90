! A memoising counter. A counter is three arrays that Python owns; the journal is in journal.f90.

subroutine count(weigh, key, keys, known, totals, weight)
  use tally_journal
  implicit none
  integer(8) :: weigh
  external :: weigh ! the callback
  integer(8), intent(in) :: key
  integer(8), intent(inout) :: keys(128), known(128), totals(3) ! adds, their weight, keys memoised
  integer(8), intent(out) :: weight
  integer(8), allocatable :: bigger(:)
  integer :: place = 0 ! an initial value implies SAVE: one variable for all calls of all threads

  do place = 1, int(totals(3))
    if (keys(place) == key) exit
  end do
  if (place > totals(3)) then
    weight = weigh(key)
    if (totals(3) == 128) totals(3) = 0
    totals(3) = totals(3) + 1
    place = int(totals(3))
    keys(place) = key
    known(place) = weight
  end if
  weight = known(place)

  if (.not. allocated(weights)) allocate(weights(64))
  if (length == size(weights)) then
    allocate(bigger(2 * length))
    bigger(1:length) = weights
    call move_alloc(bigger, weights)
  end if
  length = length + 1
  weights(length) = weight

  totals(1) = totals(1) + 1
  totals(2) = totals(2) + weight
end subroutine count

subroutine heaviest(keys, known, totals, key)
  implicit none
  integer(8), intent(in) :: keys(128), known(128), totals(3)
  integer(8), intent(out) :: key ! -1 without one

  key = -1
  if (totals(3) > 0) key = keys(maxloc(known(1:totals(3)), 1))
end subroutine heaviest

subroutine journal(adds, total)
  use tally_journal
  implicit none
  integer(8), intent(out) :: adds, total

  adds = length
  total = 0
  if (length > 0) total = sum(weights(1:length))
end subroutine journal
